/*
 * The door of the mailbox: a mail server for development. It takes every message and delivers none.
 */
export { startMailbox, type Mailbox, type MailboxOptions } from './mail_server.js'
export { MessageStore, type MessageSummary, type StoredMessage } from './message_store.js'
