/**
 * Answers many calls that come close together by one call: what arrives while a round is under way
 * waits for the next one. Nobody waits when nothing is under way.
 */
export class Gathering<Given, Answer> {
  #waiting: { given: Given; resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  #busy = false

  constructor(
    private answerAll: (given: Given[]) => Promise<Answer[]>,
    private most: number
  ) {}

  ask(given: Given): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ given, resolve, reject })
      if (!this.#busy) void this.#run()
    })
  }

  async #run() {
    this.#busy = true
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const round = this.#waiting.splice(0, this.most)
      try {
        const answers = await this.answerAll(round.map(({ given }) => given))
        round.forEach(({ resolve }, index) => resolve(answers[index]))
      } catch (error) {
        for (const { reject } of round) reject(error)
      }
    }
    this.#busy = false
  }
}
