import { randomInt } from 'node:crypto'

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'
const LENGTH = 16

/** A random id for links, arguments and output (82 bits). Row numbers never leave the house. */
export function newPublicId() {
  let id = ''
  for (let i = 0; i < LENGTH; i++) id += ALPHABET[randomInt(ALPHABET.length)]
  return id
}
