import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'

const FORMATS: Record<string, 'markdown' | 'html'> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.txt': 'markdown',
  '.html': 'html',
  '.htm': 'html',
}

export default class MailingsCreate extends Command {
  static commandName = 'mailings:create'
  static description = 'Make a mailing for a list, as a draft'
  static help = [
    'The body is Markdown (.md) or HTML (.html). It, the text and the',
    'subject may hold values:',
    '',
    '  \\{{ subscriber.name | default: "friend" }}',
    '  \\{{ subscriber.email }}, \\{{ subscriber.COLUMN }} for what was imported',
    '  \\{{ list.name }}, \\{{ links.unsubscribe }},',
    '  \\{{ links.preferences }}, \\{{ links.view }}',
    '  {% if subscriber.city %}near {% endif %}',
    '',
    'A way to unsubscribe is added where the body has none.',
    '',
    '  {{ binaryName }} mailings:create --list garden-news \\',
    '      --subject Bulbs --body bulbs.md',
  ]

  @flags.string({ description: 'Slug of the list (needed)' })
  declare list?: string

  @flags.string({ description: 'The subject (needed)' })
  declare subject?: string

  @flags.string({ description: 'A file: Markdown (.md) or HTML (.html) (needed)' })
  declare body?: string

  @flags.string({ description: 'A file for the text part [made from the body]' })
  declare text?: string

  @flags.array({ description: 'Only for those who chose this topic; may be repeated' })
  declare topic?: string[]

  async run() {
    const { createMailing } = await import('#mailings/main')
    if (!this.list || this.subject === undefined || !this.body)
      this.refuse('Say for which list, and what: --list SLUG --subject TEXT --body FILE.')
    const format = FORMATS[extname(this.body).toLowerCase()]
    if (!format) this.refuse(`--body ${this.body}: end its name in .md or .html.`)
    const mailing = await createMailing({
      list: this.list,
      subject: this.subject,
      body: await this.#read(this.body, 'body'),
      format,
      text: this.text === undefined ? undefined : await this.#read(this.text, 'text'),
      topics: this.topic,
    })
    this.print(
      { id: mailing.publicId },
      `Made the mailing ${mailing.publicId}. Look at it with mailings:preview, send it with mailings:send.`
    )
  }

  async #read(file: string, flag: string) {
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) =>
      this.refuse(
        error.code === 'ENOENT'
          ? `--${flag} ${file}: there is no such file.`
          : `--${flag} ${file} cannot be read: ${error.message}.`
      )
    )
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      return this.refuse(`--${flag} ${file} is not UTF-8. Save it as UTF-8.`)
    }
  }
}
