import { column } from '@adonisjs/lucid/orm'
import { DateTime } from 'luxon'

type ColumnOptions = NonNullable<Parameters<typeof column>[0]>
type InstantOptions = NonNullable<Parameters<typeof column.dateTime>[0]>

/*
 * Instants are stored as milliseconds since 1970 in UTC: equal on SQLite and PostgreSQL, in every
 * time zone of the server, and compared as numbers. Lucid's own date columns are none of these on
 * SQLite. In a query pass `instant.toMillis()`.
 */
export const instant = (options: InstantOptions = {}) =>
  column.dateTime({
    ...options,
    prepare: (value) => (DateTime.isDateTime(value) ? value.toMillis() : value),
    consume: (value) =>
      value === null || value === undefined || DateTime.isDateTime(value)
        ? value
        : DateTime.fromMillis(Number(value), { zone: 'utc' }),
  })

/** SQLite gives 0 and 1 for booleans. */
export const flag = (options: ColumnOptions = {}) =>
  column({ ...options, consume: (value) => (value === null ? null : Boolean(value)) })

/** SQLite gives JSON back as text. */
export const json = (options: ColumnOptions = {}) =>
  column({
    ...options,
    prepare: (value) => (value === null || value === undefined ? value : JSON.stringify(value)),
    consume: (value) => (typeof value === 'string' ? JSON.parse(value) : value),
  })

/** PostgreSQL gives 64-bit integers as text. */
export const int64 = (options: ColumnOptions = {}) =>
  column({ ...options, consume: (value) => (value === null ? null : Number(value)) })
