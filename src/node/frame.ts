/**
 * The frame of node-to-node connections (T3), big-endian:
 *
 *   u32 length of all that follows | u8 version | u8 class | u16 part | u16 parts | u32 crc32 of body | body
 *
 * The class is readable without the body, so that the proxy counts and chooses by it. A body is JSON in
 * UTF-8; one over 1 MiB travels as consecutive parts of one lane, reassembled up to 64 MiB.
 */
export const frameVersion = 1;
/** Bytes before the body. */
export const frameHeaderBytes = 14;
export const maxBodyBytes = 1024 * 1024;
export const maxMessageBytes = 64 * 1024 * 1024;

export interface FrameHeader {
  /** Bytes of the whole frame, header included. */
  readonly frameBytes: number;
  readonly version: number;
  readonly classNumber: number;
  readonly part: number;
  readonly parts: number;
  readonly crc: number;
}

/** The header at `offset`, or null while fewer than `frameHeaderBytes` are there. Checks nothing. */
export function readFrameHeader(bytes: Buffer, offset: number): FrameHeader | null {
  if (bytes.length - offset < frameHeaderBytes) return null;
  return {
    frameBytes: bytes.readUInt32BE(offset) + 4,
    version: bytes.readUInt8(offset + 4),
    classNumber: bytes.readUInt8(offset + 5),
    part: bytes.readUInt16BE(offset + 6),
    parts: bytes.readUInt16BE(offset + 8),
    crc: bytes.readUInt32BE(offset + 10),
  };
}

/** Null when the header can begin a frame, else what is wrong with it. */
export function frameFault(header: FrameHeader): string | null {
  const bodyBytes = header.frameBytes - frameHeaderBytes;
  if (header.version !== frameVersion) return `frame version ${header.version}`;
  if (bodyBytes < 0 || bodyBytes > maxBodyBytes) return `frame of ${header.frameBytes} bytes`;
  if (header.parts < 1 || header.part >= header.parts) return `part ${header.part} of ${header.parts}`;
  if (header.parts * maxBodyBytes > maxMessageBytes + maxBodyBytes) return `message of ${header.parts} parts`;
  return null;
}
