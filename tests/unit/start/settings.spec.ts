import { test } from '@japa/runner'
import { settingsFaults } from '#start/settings'

const KEY = 'q7Vn2xK9bT4mR8wZ1cL6pD3fH5jS0aYg'

const good = {
  NODE_ENV: 'production',
  APP_KEY: KEY,
  APP_URL: 'https://lists.example.org',
  HOST: '0.0.0.0',
  PORT: '3333',
  LOG_LEVEL: 'info',
  DB_CONNECTION: 'sqlite',
  SQLITE_FILE: '/var/lib/postern/postern.sqlite3',
  SMTP_URL: 'smtp://news:pa%20ss@mail.example.org:587',
  MAIL_FROM: 'News <news@lists.example.org>',
}

test.group('Settings | in order', () => {
  test('good settings have no fault', ({ assert }) => {
    assert.deepEqual(settingsFaults(good), [])
  })

  test('{$self} is accepted')
    .with([
      'TRUSTED_PROXIES=10.0.0.0/8, 192.0.2.7,2001:db8::/32',
      'AUDIT_RETENTION=400 days',
      'AUDIT_RETENTION=26 weeks',
      'MAIL_RATE=0',
      'MAIL_RATE_PER_DOMAIN=2.5',
      'MAIL_CONNECTIONS=4',
      'MAIL_FROM=news@lists.example.org',
      'RETURN_PATH_DOMAIN=bounces.lists.example.org',
      'SMTP_URL=smtps://mail.example.org',
      'LIMITER_STORE=memory',
    ])
    .run(({ assert }, setting) => {
      assert.deepEqual(settingsFaults({ ...good, ...parse(setting) }), [])
    })

  test('PostgreSQL needs no SQLite file', ({ assert }) => {
    const settings = {
      ...good,
      DB_CONNECTION: 'pg',
      DATABASE_URL: 'postgres://postern@db.example.org/postern',
      SQLITE_FILE: undefined,
    }

    assert.deepEqual(settingsFaults(settings), [])
  })
})

test.group('Settings | faults', () => {
  test('{setting}: {says} [JWT-2, WEB-16]')
    .with([
      { setting: 'APP_KEY=', says: 'APP_KEY is missing.' },
      { setting: 'APP_KEY=12345678', says: 'APP_KEY is too short: 8 characters' },
      { setting: `APP_KEY=${'ab'.repeat(20)}`, says: 'APP_KEY is not random' },
      {
        setting: 'APP_KEY=please-change-me-0123456789-abcdefgh',
        says: 'APP_KEY is a phrase or a sample',
      },
      {
        setting: 'APP_KEY=correct horse battery staple 1234567',
        says: 'APP_KEY is a phrase or a sample',
      },
    ])
    .run(({ assert }, { setting, says }) => {
      const faults = settingsFaults({ ...good, ...parse(setting) })

      assert.lengthOf(faults, 1)
      assert.include(faults[0], says)
      assert.include(faults[0], 'node ace generate:key --show')
    })

  test('{setting}: {says}')
    .with([
      { setting: 'APP_URL=', says: 'APP_URL is missing.' },
      { setting: 'APP_URL=lists', says: 'APP_URL is not a URL.' },
      {
        setting: 'APP_URL=http://lists.example.org',
        says: 'APP_URL must be https in production; it is "http://lists.example.org".',
      },
      {
        setting: 'APP_URL=https://lists.example.org/mail',
        says: 'APP_URL must be the address alone',
      },
      { setting: 'PORT=eighty', says: 'PORT must be a whole number from 1 to 65535' },
      { setting: 'PORT=0', says: 'PORT must be a whole number from 1 to 65535; it is "0".' },
      { setting: 'PORT=65536', says: 'PORT must be a whole number' },
      { setting: 'LOG_LEVEL=loud', says: 'or silent; it is "loud".' },
      { setting: 'NODE_ENV=prod', says: 'NODE_ENV must be development, production, or test' },
      { setting: 'DB_CONNECTION=mysql', says: 'DB_CONNECTION must be sqlite or pg' },
      { setting: 'SQLITE_FILE=', says: 'SQLITE_FILE is missing.' },
      { setting: 'DATABASE_URL=mysql://db', says: 'DATABASE_URL is not the address of a' },
      { setting: 'SMTP_URL=', says: 'SMTP_URL is missing.' },
      { setting: 'SMTP_URL=mail.example.org:25', says: 'SMTP_URL is not an SMTP address.' },
      { setting: 'MAIL_FROM=', says: 'MAIL_FROM is missing.' },
      { setting: 'MAIL_FROM=News', says: 'MAIL_FROM is no sender.' },
      { setting: 'MAIL_RATE=fast', says: 'MAIL_RATE must be a number of messages a second' },
      { setting: 'MAIL_RATE=-1', says: 'MAIL_RATE must be a number of messages a second' },
      { setting: 'MAIL_CONNECTIONS=0', says: 'MAIL_CONNECTIONS must be a whole number' },
      { setting: 'RETURN_PATH_DOMAIN=localhost', says: 'RETURN_PATH_DOMAIN must be a domain' },
      { setting: 'TRUSTED_PROXIES=10.0.0.0/33', says: 'TRUSTED_PROXIES holds "10.0.0.0/33"' },
      { setting: 'TRUSTED_PROXIES=10.0.0.1,proxy', says: 'TRUSTED_PROXIES holds "proxy"' },
      { setting: 'AUDIT_RETENTION=for ever', says: 'AUDIT_RETENTION must be a length of time' },
      { setting: 'AUDIT_RETENTION=400', says: 'AUDIT_RETENTION must be a length of time' },
      { setting: 'AUDIT_RETENTION=1 hour', says: 'AUDIT_RETENTION must be at least 1 day' },
      { setting: 'LIMITER_STORE=redis', says: 'LIMITER_STORE must be database or memory' },
    ])
    .run(({ assert }, { setting, says }) => {
      const faults = settingsFaults({ ...good, ...parse(setting) })

      assert.lengthOf(faults, 1)
      assert.include(faults[0], says)
    })

  test('all faults are told at once', ({ assert }) => {
    const faults = settingsFaults({ NODE_ENV: 'production', PORT: 'x' })

    assert.deepEqual(
      faults.map((fault) => fault.split(' ')[0]),
      ['APP_KEY', 'APP_URL', 'SMTP_URL', 'MAIL_FROM', 'SQLITE_FILE', 'PORT']
    )
  })

  test('no fault quotes a password [WEB-16]', ({ assert }) => {
    const faults = settingsFaults({
      ...good,
      DB_CONNECTION: 'pg',
      APP_URL: 'https://me:hunter22@lists.example.org',
      SMTP_URL: 'http://me:hunter22@mail.example.org',
      DATABASE_URL: 'mysql://me:hunter22@db.example.org/x',
      APP_KEY: 'hunter22',
    })

    assert.lengthOf(faults, 4)
    assert.notInclude(faults.join(), 'hunter22')
  })
})

function parse(setting: string) {
  const [name, ...value] = setting.split('=')
  return { [name]: value.join('=') }
}
