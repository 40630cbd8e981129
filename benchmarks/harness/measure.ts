/** How long each of many things took. */
export class Stopwatch {
  #times: number[] = []

  add(milliseconds: number) {
    this.#times.push(milliseconds)
  }

  /** Half of all took at most `percentile(0.5)` milliseconds. */
  percentile(share: number) {
    const sorted = Float64Array.from(this.#times).sort()
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  }
}

export interface Measured {
  perSecond: number
  p50: number
  p99: number
}

/** Repeats `work`, which does `size` things at a time, for some seconds after a second to warm up. */
export async function measure(
  size: number,
  work: (round: number) => Promise<unknown> | unknown,
  seconds = 5
): Promise<Measured> {
  let round = 0
  for (const end = performance.now() + 1000; performance.now() < end;) await work(round++)

  const watch = new Stopwatch()
  const started = performance.now()
  let rounds = 0
  while (performance.now() - started < seconds * 1000) {
    const begun = performance.now()
    await work(round++)
    watch.add(performance.now() - begun)
    rounds++
  }
  const spent = (performance.now() - started) / 1000
  return {
    perSecond: (rounds * size) / spent,
    p50: watch.percentile(0.5),
    p99: watch.percentile(0.99),
  }
}
