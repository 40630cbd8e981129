import vine from '@vinejs/vine'
import type { Infer } from '@vinejs/vine/types'
import { LEAVING_REASONS } from '#subscribers/main'

/* The forms of the public pages. What a person may get wrong is judged by the engine, with a sentence. */

/** Free text: control characters, which PostgreSQL refuses in part, are left out; lines are kept. */
const words = () => vine.string().transform((value) => value.replace(/[^\P{Cc}\n\r\t]/gu, ''))

export const reasonValidator = vine.create({
  reason: vine.enum(LEAVING_REASONS).optional(),
  comment: words().optional(),
})

export const preferencesValidator = vine.create({
  /** Present when the whole form was sent, so that no topic at all can be told from no answer. */
  form: vine.literal('preferences').optional(),
  topics: vine
    .array(vine.string().maxLength(64))
    .maxLength(200)
    .parse((value) => (value === undefined ? [] : [value].flat())),
  pause: vine.enum(['keep', '0', '30', '60', '90']).optional(),
  weekly_limit: vine
    .string()
    .regex(/^\d{0,3}$/)
    .optional(),
  language: vine.string().maxLength(35).optional(),
  name: vine.string().optional(),
  join: vine.literal('yes').optional(),
  leave: vine.enum(['list', 'everything']).optional(),
})
export type PreferencesForm = Infer<typeof preferencesValidator>

export const linkValidator = vine.create({
  rt: vine.string().optional(),
  email: vine.string().optional(),
})
