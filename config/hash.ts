import { defineConfig, drivers } from '@adonisjs/core/hash'

/* Argon2id with 19 MiB, two passes, one lane: the floor of OWASP's password storage advice. */
const hashConfig = defineConfig({
  default: 'argon',
  list: {
    argon: drivers.argon2({ variant: 'id', memory: 19_456, iterations: 2, parallelism: 1 }),
  },
})

export default hashConfig

declare module '@adonisjs/core/types' {
  export interface HashersList extends InferHashers<typeof hashConfig> {}
}
