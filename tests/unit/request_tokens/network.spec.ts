import { test } from '@japa/runner'
import { networkOf } from '#request_tokens/main'

test.group('Source | the network that limits count by', () => {
  test('{ip} counts as {network}')
    .with([
      { ip: '192.0.2.7', network: '192.0.2.7' },
      { ip: '::ffff:192.0.2.7', network: '::ffff:192.0.2.7' },
      { ip: '2001:db8:1:2:3:4:5:6', network: '2001:db8:1:2::/64' },
      { ip: '2001:db8:1:2::6', network: '2001:db8:1:2::/64' },
      { ip: '2001:db8::6', network: '2001:db8:0:0::/64' },
      { ip: '2001:db8:1:2:3::', network: '2001:db8:1:2::/64' },
      { ip: '::1', network: '0:0:0:0::/64' },
    ])
    .run(({ assert }, { ip, network }) => {
      assert.equal(networkOf(ip), network)
    })
})
