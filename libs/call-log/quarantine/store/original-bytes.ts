/** The original bytes in a form that JSON can hold: text where they are UTF-8, else base64. */
export interface OriginalBytes {
  readonly raw: string;
  readonly encoding: 'utf-8' | 'base64';
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function originalBytes(bytes: Buffer): OriginalBytes {
  try {
    return { raw: STRICT.decode(bytes), encoding: 'utf-8' };
  } catch {
    return { raw: bytes.toString('base64'), encoding: 'base64' };
  }
}
