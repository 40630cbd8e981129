import { test } from '@japa/runner'
// eslint-disable-next-line no-restricted-imports -- a table of replies needs no server
import { outcomeOf, type SmtpError } from '#delivery/outcome'
// eslint-disable-next-line no-restricted-imports -- as above
import { settlementOf } from '#delivery/settlement'
// eslint-disable-next-line no-restricted-imports -- as above
import { pauseAfter, waitAfter } from '#delivery/retries'

const HOUR = 60 * 60_000
const BEGUN = { isBegun: true, isComplete: false }

const answer = (command: string, response: string, code = 'EENVELOPE') =>
  Object.assign(new Error(`Refused: ${response}`), {
    code,
    command,
    response,
    responseCode: Number(response.slice(0, 3)),
  }) as SmtpError

test.group('Outcome | what the server says', () => {
  test('{reply} to {command} is {kind} [SMTP-1, SMTP-2]')
    .with([
      { command: 'RCPT TO', reply: '550 5.1.1 Unknown', kind: 'failed' },
      { command: 'RCPT TO', reply: '450 4.2.0 Greylisted', kind: 'deferred' },
      { command: 'RCPT TO', reply: '452 4.5.3 Too many', kind: 'deferred' },
      { command: 'RCPT TO', reply: '552 Too many recipients', kind: 'deferred' },
      { command: 'RCPT TO', reply: '552 5.2.2 Mailbox full', kind: 'failed' },
      { command: 'RCPT TO', reply: '599 Strange', kind: 'failed' },
      { command: 'RCPT TO', reply: '421 4.7.0 Too fast', kind: 'unreachable' },
      { command: 'DATA', reply: '554 5.6.0 Content', kind: 'failed' },
      { command: 'DATA', reply: '451 4.3.0 Disk', kind: 'deferred' },
      { command: 'DATA', reply: '421 4.3.2 Closing', kind: 'unreachable' },
      { command: 'MAIL FROM', reply: '550 5.7.1 Sender', kind: 'refused' },
      { command: 'MAIL FROM', reply: '451 4.7.1 Later', kind: 'unreachable' },
      { command: 'STARTTLS', reply: '502 5.5.1 No', kind: 'refused' },
      { command: 'CONN', reply: '554 5.7.0 Not you', kind: 'refused' },
      { command: 'CONN', reply: '450 4.7.0 Busy', kind: 'unreachable' },
    ])
    .run(({ assert }, { command, reply, kind }) => {
      const outcome = outcomeOf(answer(command, reply), BEGUN)

      assert.equal(outcome.kind, kind)
      assert.equal(outcome.reply.code, Number(reply.slice(0, 3)))
      assert.include(outcome.reply.text, reply)
      assert.equal(outcome.reply.status, reply.match(/\d\.\d\.\d/)?.[0] ?? null)
    })

  test('a wrong password is our fault, for a while or for good [SMTP-2]', ({ assert }) => {
    for (const reply of ['535 5.7.8 Wrong', '454 4.7.0 Try later']) {
      const { kind } = outcomeOf(answer('AUTH PLAIN', reply, 'EAUTH'), BEGUN)
      assert.equal(kind, 'refused')
    }
  })

  test('a lost connection before the end is nobody’s fault, after it uncertain [SMTP-6]', ({
    assert,
  }) => {
    const lost = Object.assign(new Error('closed'), { code: 'ECONNECTION' }) as SmtpError

    assert.equal(outcomeOf(lost, { isBegun: false, isComplete: false }).kind, 'unreachable')
    assert.equal(outcomeOf(lost, BEGUN).kind, 'broken')
    assert.equal(outcomeOf(lost, { isBegun: true, isComplete: true }).kind, 'uncertain')
  })

  test('a reply over several lines is kept on one, and not without end', ({ assert }) => {
    const { reply } = outcomeOf(
      answer('RCPT TO', `550-5.1.1 no\r\n550 5.1.1 ${'x'.repeat(900)}`),
      BEGUN
    )

    assert.notMatch(reply.text, /[\r\n]/)
    assert.lengthOf(reply.text, 500)
    assert.equal(reply.status, '5.1.1')
  })
})

test.group('Outcome | what the ledger says then', () => {
  const reply = { code: 451, status: '4.3.0', text: '451 4.3.0 Later' }

  test('waits grow: twice in the first hour, then two to three hours, about four days [SMTP-3]', ({
    assert,
  }) => {
    const waits = []
    for (let attempts = 1, wait = waitAfter(1); wait !== null; wait = waitAfter(++attempts))
      waits.push(wait / HOUR)

    assert.isTrue(waits.slice(0, 2).every((hours) => hours >= 0.5 && hours <= 0.6))
    assert.isTrue(waits.slice(2).every((hours) => hours >= 2 && hours <= 3))
    const days = waits.reduce((sum, hours) => sum + hours, 0) / 24
    assert.isTrue(days >= 4 && days <= 5)
  })

  test('after the last attempt it has failed, with the last reason', ({ assert }) => {
    const settlement = settlementOf({ kind: 'deferred', reply }, 39, 0)

    assert.include(settlement, { status: 'failed', attempts: 40, code: 451 })
    assert.equal(settlement.reason, 'Given up after 40 attempts: 451 4.3.0 Later')
  })

  test('a server that is away costs no attempt', ({ assert }) => {
    const settlement = settlementOf({ kind: 'unreachable', reply }, 3, 0)

    assert.include(settlement, { status: 'pending', attempts: 3, nextAttemptAt: null })
  })

  test('a server is left alone longer and longer, at most a minute', ({ assert }) => {
    assert.deepEqual([1, 2, 3, 20].map(pauseAfter), [500, 1000, 2000, 15_000])
  })
})
