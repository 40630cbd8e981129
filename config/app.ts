import { BlockList, isIP } from 'node:net'
import env from '#start/env'
import app from '@adonisjs/core/services/app'
import { defineConfig } from '@adonisjs/core/http'
import { splitList } from '#start/settings'

export const appUrl = env.get('APP_URL')

const trustedProxies = new BlockList()
for (const entry of splitList(env.get('TRUSTED_PROXIES'))) {
  const [address, bits] = entry.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  trustedProxies.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
}

export const http = defineConfig({
  generateRequestId: true,
  allowMethodSpoofing: false,
  useAsyncLocalStorage: false,
  // No proxy is trusted unless TRUSTED_PROXIES names it; the framework's own default trusts loopback.
  trustProxy: (address) =>
    isIP(address) !== 0 && trustedProxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  cookie: { path: '/', maxAge: '2h', httpOnly: true, secure: app.inProduction, sameSite: 'lax' },
})
