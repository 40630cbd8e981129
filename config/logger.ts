import env from '#start/env'
import { defineConfig, destination } from '@adonisjs/core/logger'
import { maskTokens } from '#request_tokens/main'

/* JSON lines on standard error (standard output is for results). No line ever holds a token. */
const output = destination({
  dest: env.get('LOG_FILE') ?? 2,
  sync: true,
  mkdir: true,
  append: true,
})
const masked = { write: (line: string) => output.write(maskTokens(line)) }

const loggerConfig = defineConfig({
  default: 'app',
  loggers: {
    app: {
      enabled: true,
      name: 'postern',
      level: env.get('LOG_LEVEL'),
      destination: masked as unknown as ReturnType<typeof destination>,
      redact: {
        paths: ['headers.authorization', 'headers.cookie', 'password', '*.password', '*.token'],
        censor: '[redacted]',
      },
    },
  },
})

export default loggerConfig

declare module '@adonisjs/core/types' {
  export interface LoggersList extends InferLoggers<typeof loggerConfig> {}
}
