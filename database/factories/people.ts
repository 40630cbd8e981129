/** The same few people everywhere. */
const PEOPLE = [
  { name: 'Rosa Lindqvist', email: 'rosa@example.org' },
  { name: 'Tomás Herrera', email: 'tomas@example.org' },
  { name: 'Amina Diallo', email: 'amina@example.org' },
  { name: 'Jun Watanabe', email: 'jun@example.org' },
  { name: 'Greta Vogel', email: 'greta@example.org' },
  { name: 'Sami Haddad', email: 'sami@example.org' },
]

let met = 0

/** The next of them; after the last the first again, at another address. */
export function nextPerson() {
  const person = PEOPLE[met % PEOPLE.length]
  const round = Math.floor(met++ / PEOPLE.length)
  return round === 0 ? person : { ...person, email: person.email.replace('@', `+${round}@`) }
}
