import { createHash, hash } from 'node:crypto';

/** Namespace of every id that Fairline derives; fixed for ever, since repeats are recognised by it. */
const NAMESPACE = Buffer.from('6fd1c1a25d7f5f0e9a1d3c6b2f4a8e10', 'hex');

/**
 * The UUIDv5 of what causes a thing (contracts section 7): the same cause gives the same id, so that a repeat after
 * a crash is recognised. Parts are joined by a zero byte, which none of them can contain.
 */
export function causedId(...cause: readonly (string | number)[]): string {
  const digest = createHash('sha1').update(NAMESPACE).update(cause.join('\u0000')).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(digest);
}

/** 16 bytes in the usual notation. */
export function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** First 16 bytes of SHA-256 of source, a zero byte, id (contracts section 7): the identity of a call, as 32 hex digits. */
export function callKeyOf(source: string, id: string): string {
  return hash('sha256', `${source}\u0000${id}`, 'hex').slice(0, 32);
}

const BUCKET_CACHE_LIMIT = 100_000;
const bucketCache = new Map<string, number>();

/** First byte of SHA-256 of the account id in UTF-8, 0 to 255; `platform.bucket_of` is the same in SQL. */
export function bucketOf(accountId: string): number {
  const known = bucketCache.get(accountId);
  if (known !== undefined) return known;
  if (bucketCache.size >= BUCKET_CACHE_LIMIT) bucketCache.clear();
  const bucket = createHash('sha256').update(accountId).digest()[0] ?? 0;
  bucketCache.set(accountId, bucket);
  return bucket;
}

export const BUCKETS = 256;

/** Ids that people give (accounts, plans, tariffs): contracts section 7. */
export const TEXT_KEY = /^[A-Za-z0-9._-]{1,64}$/;
