/**
 * Nodes by distance, the least (or with `sign` -1 the greatest) on top: a binary heap over two flat arrays. Push and pop are
 * O(log n).
 */
export class DistanceHeap {
  size = 0
  private nodes = new Int32Array(64)
  private keys = new Float64Array(64)
  private readonly sign: 1 | -1

  constructor(sign: 1 | -1) {
    this.sign = sign
  }

  /** The node on top; there must be one. */
  get top(): number {
    return this.nodes[0]!
  }

  /** Its distance. */
  get topDistance(): number {
    return this.keys[0]! * this.sign
  }

  clear(): void {
    this.size = 0
  }

  push(node: number, distance: number): void {
    if (this.size === this.nodes.length) this.grow()
    const key = distance * this.sign
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.keys[parent]! <= key) break
      this.keys[at] = this.keys[parent]!
      this.nodes[at] = this.nodes[parent]!
      at = parent
    }
    this.keys[at] = key
    this.nodes[at] = node
  }

  /** Takes the top away and returns its node. */
  pop(): number {
    const node = this.nodes[0]!
    const size = --this.size
    const key = this.keys[size]!
    const last = this.nodes[size]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.keys[child + 1]! < this.keys[child]!) child++
      if (this.keys[child]! >= key) break
      this.keys[at] = this.keys[child]!
      this.nodes[at] = this.nodes[child]!
      at = child
    }
    this.keys[at] = key
    this.nodes[at] = last
    return node
  }

  private grow(): void {
    const nodes = new Int32Array(this.nodes.length * 2)
    nodes.set(this.nodes)
    const keys = new Float64Array(this.keys.length * 2)
    keys.set(this.keys)
    this.nodes = nodes
    this.keys = keys
  }
}
