import { randomBytes } from 'node:crypto'
import { Tokenizer, TokenKind, type TopLevelToken } from 'liquidjs'
import { TemplateError } from './errors.js'
import { checkTemplate, liquid } from './liquid.js'

/** A Liquid output or tag, taken out of its source. */
export interface Placeholder {
  /** As written, e.g. `{{ subscriber.name }}`. */
  source: string
  /** Without the braces. */
  content: string
  isOutput: boolean
  line: number
  /** Always shown: it stands in no {% if %}. */
  isUnconditional: boolean
}

/**
 * Takes the placeholders out of a source and puts a word in the place of each, so that Markdown,
 * sanitising and CSS can work on the text around them, and puts them back in the end.
 */
export class Placeholders {
  readonly #nonce = `zq${randomBytes(6).toString('hex')}q`
  readonly #all: Placeholder[] = []

  /**
   * @param what e.g. `body`, for messages
   * @throws TemplateError that names the line
   */
  hide(source: string, what: string): string {
    checkTemplate(source, what)
    const tokens = new Tokenizer(source, liquid.options.operators).readTopLevelTokens(
      liquid.options
    )
    let depth = 0
    return tokens
      .map((token, i) => {
        if (token.kind === TokenKind.HTML) return trimmed(token, tokens[i - 1], tokens[i + 1])
        if (isClosing(token)) depth--
        const word = this.#add(token, depth === 0)
        if (isOpening(token)) depth++
        return word
      })
      .join('')
  }

  /** Hides one that the house itself puts in, e.g. `links.view`. */
  word(content: string) {
    this.#all.push({
      source: `{{ ${content} }}`,
      content,
      isOutput: true,
      line: 0,
      isUnconditional: true,
    })
    return this.#wordAt(this.#all.length - 1)
  }

  /** Cuts a text at its placeholders: text, placeholder, text, … */
  split(text: string): (string | Placeholder)[] {
    return text
      .split(new RegExp(`${this.#nonce}(\\d+)z`))
      .map((part, i) => (i % 2 === 0 ? part : this.#all[Number(part)]))
  }

  /** A pattern for one word. */
  get pattern() {
    return `${this.#nonce}\\d+z`
  }

  /** Whether a text always shows this value. */
  shows(text: string, value: string) {
    return this.split(text).some(
      (part) =>
        typeof part !== 'string' &&
        part.isOutput &&
        part.isUnconditional &&
        part.content.trim().split(/\s|\|/)[0] === value
    )
  }

  /** @throws TemplateError for the first placeholder that was lost between the two texts */
  checkNoneLost(before: string, after: string, what: string) {
    const kept = new Set(this.split(after))
    for (const part of this.split(before))
      if (typeof part !== 'string' && !kept.has(part))
        throw new TemplateError(
          `The ${what} has a fault in line ${part.line}: ${part.source} stands where no value can stand. Put it into the text or between the quotes of an attribute.`
        )
  }

  #add(token: TopLevelToken, isUnconditional: boolean) {
    const isOutput = token.kind === TokenKind.Output
    this.#all.push({
      source: token.getText(),
      content: (token as unknown as { content: string }).content,
      isOutput,
      line: token.getPosition()[0],
      isUnconditional,
    })
    return this.#wordAt(this.#all.length - 1)
  }

  #wordAt(index: number) {
    return `${this.#nonce}${index}z`
  }
}

type Trimming = { trimLeft?: boolean; trimRight?: boolean } | undefined

/** `{{-` and `-}}` take the white space beside them away. */
function trimmed(token: TopLevelToken, before?: TopLevelToken, after?: TopLevelToken) {
  const text = token.getText()
  const fromStart = (before as Trimming)?.trimRight ? text.trimStart() : text
  return (after as Trimming)?.trimLeft ? fromStart.trimEnd() : fromStart
}

const tagName = (token: TopLevelToken) =>
  token.kind === TokenKind.Tag ? (token as unknown as { name: string }).name : ''
const isOpening = (token: TopLevelToken) => ['if', 'unless', 'case'].includes(tagName(token))
const isClosing = (token: TopLevelToken) => tagName(token).startsWith('end')
