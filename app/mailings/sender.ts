import deliveryConfig from '#config/delivery'
import type List from '#models/list'
import { oneLine, parseMailbox, wireAddress, type Mailbox } from './header_values.js'

/** Who a list's mailings come from. */
export function senderOf(list: List): Mailbox {
  const usual = parseMailbox(deliveryConfig.from)
  const address = oneLine(list.fromAddress ?? usual.address, "The sender's address")
  const name = list.fromName ?? (list.fromAddress ? list.name : (usual.name ?? list.name))
  return { name: oneLine(name, "The sender's name"), address: wireAddress(address) }
}

export const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1)

/** The sender's postal address; empty when nobody has set one. */
export function postalAddressOf(list: List) {
  return (list.postalAddress ?? deliveryConfig.postalAddress).trim()
}

/** The right side of List-Id: a name of the operator's own that outlives a change of hosts. */
export function listDomain(senderDomain: string) {
  const { hostname } = new URL(deliveryConfig.appUrl)
  return /^([a-z0-9-]+\.)+[a-z]{2,}$/i.test(hostname) ? hostname : senderDomain
}
