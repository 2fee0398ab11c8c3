interface Node<T> {
  key: string;
  value: T;
  rank: number;
  newer: Node<T> | undefined;
  older: Node<T> | undefined;
}

/**
 * A map that also knows its keys by rank, highest first. Moving a key to the top, which is what an active session does,
 * costs the same whatever the size; a key that ends up in the middle walks there.
 */
export class RecencyOrder<T> {
  readonly #nodes = new Map<string, Node<T>>();
  #newest: Node<T> | undefined;
  #oldest: Node<T> | undefined;

  /** Fills an empty order in one go. */
  static from<T>(values: Iterable<[key: string, value: T, rank: number]>): RecencyOrder<T> {
    const order = new RecencyOrder<T>();
    const sorted = [...values].sort((a, b) => a[2] - b[2]);
    for (const [key, value, rank] of sorted) order.set(key, value, rank);
    return order;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(key: string): T | undefined {
    return this.#nodes.get(key)?.value;
  }

  set(key: string, value: T, rank: number): void {
    const existing = this.#nodes.get(key);
    if (existing && existing.rank === rank) {
      existing.value = value;
      return;
    }
    if (existing) this.#unlink(existing);
    const node = existing ?? { key, value, rank, newer: undefined, older: undefined };
    node.value = value;
    node.rank = rank;
    this.#link(node);
    if (!existing) this.#nodes.set(key, node);
  }

  delete(key: string): boolean {
    const node = this.#nodes.get(key);
    if (!node) return false;
    this.#unlink(node);
    return this.#nodes.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#nodes.keys();
  }

  *entries(): Generator<[string, T], void, void> {
    for (const [key, node] of this.#nodes) yield [key, node.value];
  }

  /** Highest rank first. The order must not be changed while this is consumed. */
  *byRank(): Generator<[string, T], void, void> {
    for (let node = this.#newest; node; node = node.older) yield [node.key, node.value];
  }

  #link(node: Node<T>): void {
    let older = this.#newest;
    while (older && older.rank > node.rank) older = older.older;
    const newer = older ? older.newer : this.#oldest;
    node.older = older;
    node.newer = newer;
    if (older) older.newer = node;
    else this.#oldest = node;
    if (newer) newer.older = node;
    else this.#newest = node;
  }

  #unlink(node: Node<T>): void {
    if (node.newer) node.newer.older = node.older;
    else this.#newest = node.older;
    if (node.older) node.older.newer = node.newer;
    else this.#oldest = node.newer;
  }
}
