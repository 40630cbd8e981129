import vine, { SimpleMessagesProvider } from '@vinejs/vine'

const NO_ADDRESS = 'Write your e-mail address, like ada@example.org.'

export const signInRequestValidator = vine.create({
  email: vine.string().trim().maxLength(320).email(),
})

signInRequestValidator.messagesProvider = new SimpleMessagesProvider({
  'email.required': NO_ADDRESS,
  'email.string': NO_ADDRESS,
  'email.email': NO_ADDRESS,
  'email.maxLength': NO_ADDRESS,
})
