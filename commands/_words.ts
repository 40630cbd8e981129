/** `1 use`, `1,234 uses`. */
export function counted(count: number, noun: string) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
