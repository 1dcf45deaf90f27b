#!/usr/bin/perl
# Checks the form of our C against CONTRIBUTING: form.pl FILE... prints "FILE:LINE: what: the line" for each deviation.
# Tables and wrapped expressions are laid out by hand and not checked: no formatter keeps those.
use strict;
use warnings;

my $longest = 60; # lines of a function
my $control = qr/(?:if|for|while|switch)/;
my $sign = qr/==|!=|<=|>=|&&|\|\||<<=?|>>=?|[-+*\/|&^%]=/;
my @rules = ( # what no line of code may contain
	qr/^\t* \t/, 'a space before a tab',
	qr/^ +\S/, 'indented with spaces',
	qr/\b$control\(/, 'no space after if, for, while or switch',
	qr/(?<!\* )\b(?!$control|return|case|sizeof|else|do|defined|void|int|char|bool)[a-z_]\w*(?<!_t) \((?!\*)/,
		'a space before the parenthesis of a call',
	qr/\([ \t]+\S|[^\s(,;] \)/, 'a space inside parentheses',
	qr/[,;](?=[^\s);])/, 'no space after a comma',
	qr/\S (?:,|;(?!\s*[;)]))/, 'a space before a comma or semicolon',
	qr/\b(?:char|int|void|bool|double|float|FILE|struct \w+|\w+_t)\* ?\w/, 'the star of a pointer belongs to its name',
	qr/[\w)\]]$sign|$sign[\w(]/, 'no space around an operator',
	qr/[\w)\]]=[^=]|[\w)\]] =[\w(&"']/, 'no space around =',
	qr/^(?!.*\((?:struct \w+|(?:const )?char \*const\[\])\)\{$).*\)\{$|\b(?:else|do)\{|\}(?:else|while)/, 'no space beside a brace',
	qr/^\s*$control \(.*\) \{.*\S$/, 'code after the brace of a block',
	qr/^\w.*\w\(.*\) ?\{$/, 'the brace of a function belongs on a line of its own',
);
my $begins = qr/^(\t*)(?:\}\ else\b|\}\ while\ \(|else\b|(?:$control\ |\w+_foreach)\(|do\ \{|case\ .*:|default:|return\b|break;|continue;|goto\ |
	[*a-z][\w>.\[\]-]*\ [-+|&]?=\ |\w+\(.*\);$)/x;

# A table: a row in braces, a line of a help text, a macro, columns in a comment.
my $table = qr/^\s*(?:\{.*\},?\s*(?:\/\*.*\*\/)?|".*\\n"[;,]?|#.*|\* .* {2}.*|\{.*\},)$/;

# The width of a line with tabs of 8.
sub columns {
	my ($line) = @_;
	1 while $line =~ s/\t/' ' x (8 - $-[0] % 8)/e;
	return length $line;
}

# The lines with comments blanked out and quoted text replaced by x: what remains is code.
sub code {
	my ($text) = @_;
	$text =~ s{/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'}{
		my $s = $&;
		$s =~ m{^/} ? $s =~ s/[^\n\t]/ /gr : substr($s, 0, 1) . 'x' x (length($s) - 2) . substr($s, -1)
	}gse;
	return map { s/\s+$//r =~ s/^#.*|.*\\$//r } split /\n/, $text;
}

for my $file (@ARGV) {
	open my $in, '<', $file or die "$file: $!\n";
	my $text = do { local $/; <$in> };
	my ($n, $tabs, $before, $was_empty, $depth, $function, @block) = (0, 0, '', 0, 0, 0);
	my @line = split /\n/, $text;
	my $say = sub { print "$file:$n: $_[0]: ", $line[$n - 1] =~ s/^\s+//r, "\n" };
	for my $code (code($text)) {
		my $empty = $line[$n++] eq '';
		$say->('more than 100 columns') if columns($line[$n - 1]) > 100 && $line[$n - 1] !~ $table;
		for (my $i = 0; $i < @rules; $i += 2) { $say->($rules[$i + 1]) if $code =~ $rules[$i] }
		$function = $n - 1 if $code eq '{';
		$say->('a function of ' . ($n - $function + 1) . ' lines') if $code eq '}' && $n - $function >= $longest && $file !~ m{\btests/unit/};
		$say->('two empty lines') if $empty && $was_empty;
		$say->('an empty line at the end of a block') if $was_empty && $code =~ /^\t*\}/;
		$say->('else belongs on the line of its brace') if $before =~ /^\t*\}$/ && $code =~ /^\t*else\b/;
		# A block is indented by one tab more than its owner. Its statements follow one of ; { } and a label.
		if ($code =~ $begins) {
			$tabs = length $1;
			my $wanted = @block ? $block[-1] - ($code =~ /^\t*(?:\}|case |default:)/) : $tabs;
			my $what = $code =~ /^\t*else\b/ ? 'an if with else inside a loop needs braces around it, or it is'
				: 'it is';
			$say->("$what indented by $tabs tabs instead of $wanted") if $before =~ /[;{}:]$/ && $tabs != $wanted && !$depth;
		}
		$depth += $code =~ tr/(// - $code =~ tr/)//;
		my $more = $code =~ tr/{// - $code =~ tr/}//;
		if ($more > 0) { push @block, ($code =~ /^\S/ ? 0 : $tabs) + 1 for 1 .. $more }
		else { splice @block, $more if $more && @block >= -$more }
		$before = $code if $code ne '';
		$was_empty = $empty;
	}
}
