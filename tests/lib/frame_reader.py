"""Reads a td frame: frame_reader.py rows|records < FRAME. Written from td-frame(5) alone, with Python's own library.

Prints the head, each value as a line of JSON, and the end. A frame that the page says to refuse: one line on standard
error and status 65, or 66 when the writer died or gave up. What was printed before is then not to be trusted."""
import base64, json, struct, sys, zlib

class Refused(Exception):
    """A sentence, and the status that goes with it."""

# --- msgpack, after its specification

class Short(Exception):
    """The bytes end within a value."""

def unpack(data, at):
    """The value at data[at] and where it ends."""
    def take(n):
        nonlocal at
        if at + n > len(data):
            raise Short
        at += n
        return data[at - n:at]
    def number(form):
        return struct.unpack(">" + form, take(struct.calcsize(form)))[0]
    def value():
        b = number("B")
        if b <= 0x7F: return b
        if b >= 0xE0: return b - 256
        if b <= 0x8F: return pairs(b & 15)
        if b <= 0x9F: return [value() for _ in range(b & 15)]
        if b <= 0xBF: return text(b & 31)
        if b in (0xC0, 0xC2, 0xC3): return {0xC0: None, 0xC2: False, 0xC3: True}[b]
        if b in (0xC4, 0xC5, 0xC6): return base64.b64encode(take(number("BHI"[b - 0xC4]))).decode()
        if b in (0xCA, 0xCB): return number("fd"[b - 0xCA])
        if 0xCC <= b <= 0xD3: return number("BHIQbhiq"[b - 0xCC])
        if b in (0xD9, 0xDA, 0xDB): return text(number("BHI"[b - 0xD9]))
        if b in (0xDC, 0xDD): return [value() for _ in range(number("HI"[b - 0xDC]))]
        if b in (0xDE, 0xDF): return pairs(number("HI"[b - 0xDE]))
        raise Refused(f"byte {b:#x} begins no value of a frame", 65)
    def pairs(n):
        found = [(value(), value()) for _ in range(n)]
        if not all(isinstance(key, str) for key, _ in found):
            return found
        return dict(found)
    def text(n):
        return take(n).decode("utf-8", "surrogateescape")
    return value(), at

# --- members

def exactly(stream, n):
    data = stream.read(n)
    if len(data) < n:
        raise Refused("the frame ends within a member: its writer died", 66)
    return data

def header(stream):
    """A gzip header: its bytes, the data of its subfield TD or None, its comment. None at the end of the stream."""
    raw = stream.read(10)
    if not raw:
        return None
    if len(raw) < 10:
        raise Refused("the frame ends within a member: its writer died", 66)
    if raw[:3] != b"\x1f\x8b\x08" or raw[3] & 0xE0:
        raise Refused("this is no gzip member", 65)
    flags, td, comment = raw[3], None, None
    if flags & 4:
        size = exactly(stream, 2)
        extra = exactly(stream, struct.unpack("<H", size)[0])
        raw += size + extra
        while len(extra) >= 4:
            length = struct.unpack("<H", extra[2:4])[0]
            if extra[:2] == b"TD":
                td = extra[4:4 + length]
            extra = extra[4 + length:]
    for bit in (8, 16):
        if flags & bit:
            text = b""
            while not text.endswith(b"\0"):
                text += exactly(stream, 1)
            raw += text
            comment = text[:-1] if bit == 16 else comment
    if flags & 2:
        raw += exactly(stream, 2)
    return raw, td, comment

class Stream:
    """Standard input, with a way back for what an inflater did not use."""
    def __init__(self, file):
        self.file, self.back = file, b""
    def read(self, n):
        data, self.back = self.back[:n], self.back[n:]
        return data + self.file.read(n - len(data)) if len(data) < n else data

def inflate(stream, raw):
    """A member without a subfield: its body, and its bytes."""
    inflater, body = zlib.decompressobj(-15), b""
    while not inflater.eof:
        piece = stream.read(65536)
        if not piece:
            raise Refused("the frame ends within a member: its writer died", 66)
        try:
            body += inflater.decompress(piece)
        except zlib.error as e:
            raise Refused(f"damaged: {e}", 65)
        raw += piece[:len(piece) - len(inflater.unused_data)]
    stream.back = inflater.unused_data + stream.back
    trailer = exactly(stream, 8)
    check(body, trailer)
    return body, raw + trailer

def check(body, trailer):
    if trailer != struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF):
        raise Refused("damaged: a member's checksum differs", 65)

def inflate_block(raw, data, body_length):
    """A block, all of whose bytes behind the header are in data."""
    if data[-10:-8] != b"\x03\x00":
        raise Refused("a block does not end with an empty final block", 65)
    try:
        body = zlib.decompressobj(-15).decompress(data[:-8], body_length + 1)
    except zlib.error as e:
        raise Refused(f"damaged: {e}", 65)
    if len(body) != body_length:
        raise Refused("a block's body has another length than its subfield says", 65)
    check(body, data[-8:])
    return body

def exact(raw, td, comment):
    numbers = struct.pack("<III", len(comment), zlib.crc32(comment), 0)
    return raw == b"\x1f\x8b\x08\x14" + bytes(5) + b"\xff\x12\0TD\x0e\0" + td[:2] + numbers + comment + b"\0"

def control(stream, raw, td, comment):
    """The JSON of a head or an end, and the bytes of the member."""
    if comment is None:
        raise Refused("a head or an end without its JSON", 65)
    if td[0] > 1 and not exact(raw, td, comment):
        raise Refused("a head or an end is damaged", 65)
    body, raw = inflate(stream, raw)
    if body or raw[-10:] != b"\x03\0" + bytes(8):
        raise Refused("a head or an end has a body", 65)
    return json.loads(comment.decode("ascii")), raw

# --- the frame

def values(body, content, columns=None):
    """Prints the whole values of a body. How many, and the bytes that are left."""
    n = at = 0
    while at < len(body):
        try:
            value, at = unpack(body, at)
        except Short:
            break
        if not isinstance(value, list if content == "rows" else dict):
            raise Refused(f"a value is not one of {content}", 65)
        if columns is not None and len(value) != columns:
            raise Refused(f"a row of {len(value)} values", 65)
        if content == "records" and type(value.get("time")) is not int:
            raise Refused("a record has no integer time", 65)
        print(json.dumps(value))
        n += 1
    return n, body[at:]

def read(stream, wanted):
    found = header(stream)
    if found is None or found[1] is None or len(found[1]) != 14 or found[1][1:2] != b"H":
        raise Refused("this is no frame", 65)
    version = found[1][0]
    if version not in (1, 2, 3):
        raise Refused("a frame of another version", 65)
    head, raw = control(stream, *found)
    if head["td-frame"] != version:
        raise Refused("a head of two versions", 65)
    if head["content"] != wanted:
        raise Refused(f"this frame holds {head['content']}", 65)
    if version == 3 and wanted != "rows":
        raise Refused("passed records", 65)
    columns = len(head["columns"]) if version == 3 else None
    print("head", json.dumps(head))
    rows = blocks = length = passed = 0
    crc = zlib.crc32(raw) if version > 1 else 0
    rest = b""
    while True:
        found = header(stream)
        if found is None:
            raise Refused("the frame has no end: its writer died", 66)
        raw, td, comment = found
        if version == 3 and td is not None and not (td[:2] == b"\3E" and comment is not None and exact(*found)):
            td = None
        if td is None:
            body, raw = inflate(stream, raw)
            n, rest = values(rest + body, wanted, columns)
            passed += len(raw)
        elif len(td) != 14 or td[0] != version or td[1:2] not in (b"B", b"E"):
            raise Refused("a second head, or a subfield that cannot be", 65)
        else:
            if rest:
                raise Refused("a value is cut", 65)
            if td[1:2] == b"E":
                break
            member, body_length, count = struct.unpack("<III", td[2:])
            if member < len(raw) + 10 or body_length > 64 << 20 or count > body_length:
                raise Refused("a block's subfield cannot be true", 65)
            data = exactly(stream, member - len(raw))
            body = inflate_block(raw, data, body_length)
            raw += data
            n, rest = values(body, wanted)
            if rest or n != count:
                raise Refused("a block does not hold the whole values that its subfield says", 65)
        rows, blocks, length, crc = rows + n, blocks + 1, length + len(body), zlib.crc32(raw, crc)
    end, _ = control(stream, raw, td, comment)
    if stream.read(1):
        raise Refused("something follows the end", 65)
    if end["end"] != "commit":
        raise Refused(f"its writer gave up: {end['reason']}", 66)
    if version == 3:
        end = {"rows": rows, "blocks": blocks, "bytes": length, **end}
        if end["length"] != passed:
            raise Refused(f"the end speaks of {end['length']} bytes, but {passed} came", 65)
    if (end["rows"], end["blocks"], end["bytes"], end["crc32"]) != (rows, blocks, length, f"{crc:08x}"):
        raise Refused(f"the end's counts or its checksum differ: {rows} rows, {blocks} blocks, {length} bytes, {crc:08x} came", 65)
    print("end", json.dumps(end))

if __name__ == "__main__":
    try:
        read(Stream(sys.stdin.buffer), sys.argv[1])
    except Refused as refused:
        sentence, status = refused.args
        print(f"frame_reader.py: {sentence}", file=sys.stderr)
        sys.exit(status)
