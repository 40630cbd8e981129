import app from '@adonisjs/core/services/app'
import type { RequestTokens } from './request_tokens.js'

let requestTokens: RequestTokens

await app.booted(async () => {
  requestTokens = await app.container.make('request_tokens')
})

export { requestTokens as default }
