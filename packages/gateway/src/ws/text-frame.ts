/**
 * WebSocket frames of a server: final, of text, not masked, not compressed (RFC 6455, 5.2). Made here because an event that
 * goes to hundreds of clients is the same for all of them but for its number; a library would encode it for each anew.
 */

/** A frame of one text. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const at = headerLength(length);
  const frame = Buffer.allocUnsafe(at + length);
  writeHeader(frame, length);
  frame.write(text, at, "utf8");
  return frame;
}

/** A frame of a text whose beginning and end are encoded already, with a number between them. */
export function numberedFrame(head: Buffer, number: number, tail: Buffer): Buffer {
  const digits = String(number);
  const length = head.length + digits.length + tail.length;
  const at = headerLength(length);
  const frame = Buffer.allocUnsafe(at + length);
  writeHeader(frame, length);
  head.copy(frame, at);
  frame.write(digits, at + head.length, "latin1");
  tail.copy(frame, at + head.length + digits.length);
  return frame;
}

function headerLength(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

function writeHeader(frame: Buffer, length: number): void {
  frame[0] = 0x81;
  if (length < 126) frame[1] = length;
  else if (length < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
}
