import type { SchemaRules } from '@adonisjs/lucid/types/schema_generator'

const from = (name: string) => [{ source: '#database/columns', namedImports: [name] }]

const rule = (name: string, tsType: string, args?: Record<string, unknown>) => ({
  tsType,
  decorators: [{ name: `@${name}`, args }],
  imports: from(name),
})

const instant = (args?: Record<string, unknown>, tsType = 'DateTime') => ({
  ...rule('instant', tsType, args),
  imports: [...from('instant'), { source: 'luxon', namedImports: ['DateTime'] }],
})

const instants = [
  'at',
  'attempt_started_at',
  'disabled_at',
  'erased_at',
  'finished_at',
  'joined_at',
  'lease_until',
  'left_at',
  'next_attempt_at',
  'paused_until',
  'prepared_at',
  'scheduled_at',
  'settled_at',
  'started_at',
]

export default {
  types: {
    boolean: rule('flag', 'boolean'),
    json: rule('json', 'any'),
    jsonb: rule('json', 'any'),
    bigint: rule('int64', 'number'),
  },
  columns: {
    ...Object.fromEntries(instants.map((name) => [name, instant()])),
    created_at: instant({ autoCreate: true }),
    updated_at: instant({ autoCreate: true, autoUpdate: true }),
  },
} satisfies SchemaRules
