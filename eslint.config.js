import { configApp } from '@adonisjs/eslint-config'

/*
 * The doors: outside its own folder an engine is entered by its main.ts alone. Which engine may
 * know which is held by tests/unit/house.spec.ts.
 */
const doors = {
  files: ['**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '^#(request_tokens|subscribers|mailings|delivery|inbound|mailbox)/(?!main$)',
            message: 'Enter an engine by its door: import from its main.ts.',
          },
        ],
      },
    ],
  },
}

const tests = {
  files: ['tests/**/*.ts'],
  rules: { '@unicorn/no-await-expression-member': 'off' },
}

export default configApp(
  { ignores: ['.adonisjs/**', 'build/**', 'tmp/**', 'database/schema.ts'] },
  doors,
  tests
)
