import type { ApplicationService } from '@adonisjs/core/types'
import type { ResolvedConfig } from './define_config.js'
import { RequestTokens } from './request_tokens.js'

declare module '@adonisjs/core/types' {
  interface ContainerBindings {
    request_tokens: RequestTokens
  }
}

/** Registered in `adonisrc.ts`. */
export default class RequestTokensProvider {
  constructor(protected app: ApplicationService) {}

  register() {
    this.app.container.singleton('request_tokens', async (resolver) => {
      const config = this.app.config.get<ResolvedConfig | undefined>('request_tokens')
      if (!config)
        throw new TypeError(
          'config/request_tokens.ts is missing. Export there what defineConfig() gives.'
        )
      return new RequestTokens(
        await resolver.make('lucid.db'),
        config,
        await resolver.make('encryption'),
        await resolver.make('logger')
      )
    })
  }
}
