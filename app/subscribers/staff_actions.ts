import { DateTime } from 'luxon'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import StaffAction from '#models/staff_action'

/**
 * Records what somebody of the house did by a command.
 *
 * @param object public id or slug of what it was done to; never an address
 */
export async function recordAction(
  action: string,
  object: string | null,
  details: object | null,
  client?: QueryClientContract
) {
  await StaffAction.create(
    { at: DateTime.utc(), source: 'command', action, object: object?.slice(0, 64), details },
    client ? { client } : undefined
  )
}
