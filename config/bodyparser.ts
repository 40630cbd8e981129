import { defineConfig } from '@adonisjs/core/bodyparser'

/* Forms are small here. Files come by the command line, or by routes that read them themselves. */
export default defineConfig({
  allowedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],
  form: {
    types: ['application/x-www-form-urlencoded'],
    limit: '56kb',
    convertEmptyStringsToNull: true,
  },
  json: {
    types: ['application/json', 'application/problem+json'],
    limit: '256kb',
    convertEmptyStringsToNull: true,
  },
  multipart: {
    types: ['multipart/form-data'],
    autoProcess: true,
    limit: '256kb',
    fieldsLimit: '256kb',
    maxFields: 200,
    convertEmptyStringsToNull: true,
  },
})
