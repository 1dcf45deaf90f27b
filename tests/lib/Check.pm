package Check;

# Output for prove that lists what was skipped, and why, above the summary: PERL5LIB=tests/lib prove --formatter Check
use strict;
use warnings;
use TAP::Formatter::Console;
use TAP::Formatter::File;

our @ISA = -t STDOUT && !$ENV{HARNESS_NOTTY} ? 'TAP::Formatter::Console' : 'TAP::Formatter::File'; # as prove chooses

sub open_test {
	my ($self, $test, $parser) = @_;
	my $note = sub { push @{ $self->{skips} }, "$test: " . $_[0]->explanation if $_[0]->has_skip };

	$parser->callback(test => $note);
	$parser->callback(plan => $note);
	return $self->SUPER::open_test($test, $parser);
}

sub summary {
	my ($self, @rest) = @_;

	$self->_output(join("\n  ", 'Skipped:', sort @{ $self->{skips} }) . "\n") if $self->{skips};
	return $self->SUPER::summary(@rest);
}

1;
