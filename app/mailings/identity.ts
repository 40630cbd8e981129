import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'
import deliveryConfig from '#config/delivery'

let identityKey: KeyObject | undefined

/** Both ids are public ones. */
export interface DeliveryIds {
  mailing: string
  subscriber: string
}

/** The left side of the Message-ID: the same at every attempt, and nobody can guess another's. */
export function messageIdOf({ mailing, subscriber }: DeliveryIds) {
  return mac(`message ${mailing} ${subscriber}`).toString('hex').slice(0, 32)
}

/** The local part that bounces come back to: lower case, 46 octets, and not to be forged. */
export function returnCode({ mailing, subscriber }: DeliveryIds) {
  return `b-${mailing}-${subscriber}-${returnMac(mailing, subscriber)}`
}

/** The delivery that a local part tells of; null for one that we did not make. */
export function readReturnCode(localPart: string): DeliveryIds | null {
  const [kind, mailing, subscriber, code, more] = localPart.toLowerCase().split('-')
  if (kind !== 'b' || !mailing || !subscriber || !code || more !== undefined) return null
  const expected = Buffer.from(returnMac(mailing, subscriber))
  const given = Buffer.from(code)
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected)
  return isOurs ? { mailing, subscriber } : null
}

const returnMac = (mailing: string, subscriber: string) =>
  mac(`return ${mailing} ${subscriber}`).readBigUInt64BE().toString(36).padStart(13, '0').slice(-10)

function mac(text: string) {
  identityKey ??= createSecretKey(
    Buffer.from(
      hkdfSync('sha256', deliveryConfig.appKey.release(), '', 'postern delivery identity', 32)
    )
  )
  return createHmac('sha256', identityKey).update(text).digest()
}
