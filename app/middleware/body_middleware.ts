export { default } from '@adonisjs/core/bodyparser_middleware'
