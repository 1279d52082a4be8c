import { decompress as decompressZstd } from 'fzstd';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as compressSnappy, uncompress as uncompressSnappyBlock } from 'snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Java's producers frame snappy blocks (snappy-java); librdkafka sends one raw block. */
const SNAPPY_JAVA_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const SNAPPY_JAVA_HEADER_BYTES = 16;
const LENGTH_BYTES = 4;

/** Teaches kafkajs the codecs that producers use besides gzip; without one, a single such batch stops a consumer for good. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compressFrame(buffer),
    decompress: (bytes: Buffer) => decompressFrame(bytes),
  });
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compressSnappy(buffer),
    decompress: uncompressSnappy,
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: () => Promise.reject(new Error('zstd is read here, not written; use lz4')),
    decompress: (bytes: Buffer) => Promise.resolve(Buffer.from(decompressZstd(bytes))),
  });
}

async function uncompressSnappy(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, SNAPPY_JAVA_MAGIC.length).equals(SNAPPY_JAVA_MAGIC)) return uncompressBlock(bytes);
  const blocks: Buffer[] = [];
  for (let at = SNAPPY_JAVA_HEADER_BYTES; at + LENGTH_BYTES <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    at += LENGTH_BYTES;
    blocks.push(await uncompressBlock(bytes.subarray(at, at + length)));
    at += length;
  }
  return Buffer.concat(blocks);
}

async function uncompressBlock(bytes: Buffer): Promise<Buffer> {
  const block = await uncompressSnappyBlock(bytes, { asBuffer: true });
  return Buffer.isBuffer(block) ? block : Buffer.from(block);
}
