const SYMBOLS = 11;
const PLUS = 43;
const ZERO = 48;

/**
 * Longest-prefix look-up as a trie in one flat array: a step per digit, nothing allocated, the same speed for 100,000 prefixes as
 * for ten. Symbols are the ten digits and `+`.
 */
export class PrefixIndex {
  private readonly children: Int32Array;
  /** Index of the prefix that ends at a node, plus one; 0 = none. */
  private readonly terminals: Int32Array;

  /** @throws RangeError for a prefix that holds anything but digits and a plus sign */
  constructor(prefixes: readonly string[]) {
    const nodes = 1 + prefixes.reduce((sum, prefix) => sum + prefix.length, 0);
    this.children = new Int32Array(nodes * SYMBOLS);
    this.terminals = new Int32Array(nodes);
    let used = 1;
    prefixes.forEach((prefix, index) => {
      let node = 0;
      for (let at = 0; at < prefix.length; at += 1) {
        const symbol = symbolAt(prefix, at);
        if (symbol < 0)
          throw new RangeError(`Prefix ${JSON.stringify(prefix)} holds a character that no number has`);
        const slot = node * SYMBOLS + symbol;
        let next = this.children[slot] ?? 0;
        if (next === 0) {
          next = used;
          this.children[slot] = next;
          used += 1;
        }
        node = next;
      }
      this.terminals[node] = index + 1;
    });
  }

  /** Index of the longest prefix of `number`, -1 when none matches. */
  find(number: string): number {
    let node = 0;
    let found = 0;
    for (let at = 0; at < number.length; at += 1) {
      const symbol = symbolAt(number, at);
      if (symbol < 0) break;
      node = this.children[node * SYMBOLS + symbol] ?? 0;
      if (node === 0) break;
      const terminal = this.terminals[node] ?? 0;
      if (terminal !== 0) found = terminal;
    }
    return found - 1;
  }
}

function symbolAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === PLUS) return 10;
  const digit = code - ZERO;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
