import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import ace from '@adonisjs/core/services/ace'
import hash from '@adonisjs/core/services/hash'
import { makeUser } from '#database/factories/main'
import User from '#models/user'
import { emptyDatabase } from '#tests/database'
import { run } from '#tests/functional/commands/ace'
import { cookieOf, submit, visit } from '#tests/functional/staff/member'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The command in a process of its own, with something on standard input. */
function spawn(argv: string[], input = '') {
  return new Promise<{ code: number; out: string; talk: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['ace.js', ...argv],
      { cwd: root, env: process.env },
      (error, out, talk) => resolve({ code: Number(error?.code ?? 0), out, talk })
    )
    child.stdin!.end(input)
  })
}

test.group('staff:create', (group) => {
  group.each.setup(() => emptyDatabase())

  test('makes an account and prints a link that signs in', async ({ assert }) => {
    const { out, talk, exitCode } = await run(
      'staff:create',
      'Ada@example.org',
      '--name=Ada Moreno'
    )

    assert.equal(exitCode, 0)
    assert.include(talk, 'Made an account for Ada@example.org (owner).')
    const rt = new URL(out).searchParams.get('rt')!
    const answer = await submit('/staff/sign-in/link', { rt })
    const page = await visit('/staff', { cookie: cookieOf(answer) })
    assert.include(await page.text(), 'Ada Moreno')
  })

  test('--json gives the account and its link, and no password', async ({ assert }) => {
    const { json } = await run('staff:create', 'ada@example.org', '--role=editor', '--json')

    const account = json()
    assert.sameMembers(Object.keys(account), ['id', 'email', 'name', 'role', 'url', 'expiresAt'])
    assert.equal(account.role, 'editor')
    assert.equal(account.id, (await User.firstOrFail()).publicId)
  })

  test('the first account is an owner, the next a viewer', async ({ assert }) => {
    await run('staff:create', 'ada@example.org')
    await run('staff:create', 'jun@example.org')

    const roles = (await User.query().orderBy('id')).map(({ role }) => role)
    assert.deepEqual(roles, ['owner', 'viewer'])
  })

  test('gives a fresh link for an account that exists', async ({ assert }) => {
    await makeUser({ email: 'ada@example.org', role: 'viewer' })

    const { out, talk, exitCode } = await run('staff:create', 'ADA@example.org')

    assert.equal(exitCode, 0)
    assert.include(talk, 'has an account (viewer)')
    assert.match(out, /\/staff\/sign-in\/link\?rt=/)
    assert.lengthOf(await User.all(), 1)
  })

  test('{argv}: {says}')
    .with([
      { argv: ['ada'], says: '"ada" is not an e-mail address' },
      { argv: ['new@example.org', '--role=boss'], says: 'There is no role "boss".' },
      { argv: ['ada@example.org', '--role=owner'], says: 'has an account already (viewer)' },
      { argv: ['gone@example.org'], says: 'is disabled' },
    ])
    .run(async ({ assert }, { argv, says }) => {
      await makeUser({ email: 'ada@example.org', role: 'viewer' })
      const gone = await makeUser({ email: 'gone@example.org' })
      await gone.merge({ disabledAt: DateTime.utc() }).save()

      const { exitCode, out, talk } = await run('staff:create', ...argv)

      assert.equal(exitCode, 1)
      assert.equal(out, '')
      assert.include(talk, says)
      assert.lengthOf(await User.all(), 2)
    })

  test('keeps a piped password as an Argon2id hash [WEB-1]', async ({ assert }) => {
    const password = 'four green garden gates'

    const { code, out } = await spawn(
      ['staff:create', 'ada@example.org', '--password-stdin', '--json'],
      `${password}\n`
    )

    assert.equal(code, 0)
    assert.equal(JSON.parse(out).email, 'ada@example.org')
    const user = await User.firstOrFail()
    assert.match(
      user.password!,
      /^\$argon2id\$v=19\$t=2,m=19456,p=1\$|^\$argon2id\$v=19\$m=19456,t=2,p=1\$/
    )
    assert.isTrue(await hash.verify(user.password!, password))
  })

  test('refuses a short password, and makes no account [WEB-1]', async ({ assert }) => {
    const { code, out, talk } = await spawn(
      ['staff:create', 'ada@example.org', '--password-stdin'],
      'elevenchars'
    )

    assert.equal(code, 1)
    assert.equal(out, '')
    assert.equal(talk, 'The password has 11 characters; give it at least 12.\n')
    assert.lengthOf(await User.all(), 0)
  })
})

test.group('Commands | as a process', (group) => {
  group.each.setup(() => emptyDatabase())

  test('{$self} says what it does, each flag in a sentence, and an example')
    .with([
      'staff:create',
      'tokens:issue',
      'tokens:inspect',
      'tokens:revoke',
      'tokens:prune',
      'audit:list',
      'audit:report',
      'audit:export',
      'audit:prune',
      'keys:list',
      'keys:rotate',
      'keys:retire',
    ])
    .run(async ({ assert }, name) => {
      const command = await ace.find(name)

      assert.match(command.description, /^[A-Z].{20,}/)
      for (const { description } of [...command.flags, ...command.args])
        assert.match(description!, /^(\w|-).{10,}/)
      // `--help` of a command with a required flag prints the help, then an error.
      assert.isFalse(command.flags.some(({ required }) => required))
      const help = [command.help].flat()
      assert.isTrue(help.some((line) => line!.startsWith(`{{ binaryName }} ${name}`)))
      assert.isEmpty(help.filter((line) => line!.length > 86))
    })

  test('--help writes to standard output alone', async ({ assert }) => {
    const { code, out, talk } = await spawn(['tokens:issue', '--help'])

    assert.equal(code, 0)
    assert.equal(talk, '')
    assert.match(out, /Example:\n {2}node ace tokens:issue --subscriber/)
  })

  test('an error is one line on standard error [WEB-17]', async ({ assert }) => {
    const { code, out, talk } = await spawn(['tokens:revoke', 'nonsense'])

    assert.equal(code, 1)
    assert.equal(out, '')
    assert.lengthOf(talk.trimEnd().split('\n'), 1)
  })

  test('a token can be read from standard input', async ({ assert }) => {
    const { code, out } = await spawn(['tokens:inspect', '-', '--json'], 'nonsense\n')

    assert.equal(code, 0)
    assert.equal(JSON.parse(out).verdict, 'invalid')
  })

  test('audit:export writes nothing but lines to standard output', async ({ assert }) => {
    await visit('/unsubscribe?rt=nonsense')

    const { out, talk } = await spawn(['audit:export', '--format=jsonl'])

    assert.lengthOf(out.trimEnd().split('\n'), 1)
    assert.equal(JSON.parse(out).outcome, 'invalid')
    assert.equal(talk, 'Exported 1 use.\n')
  })
})
