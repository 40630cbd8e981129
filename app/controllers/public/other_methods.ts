import { METHODS } from 'node:http'
import { Exception } from '@adonisjs/core/exceptions'
import type { HttpContext } from '@adonisjs/core/http'

/** Every method that a route with these does not take. */
export const methodsBeside = (allowed: string[]) =>
  METHODS.filter((method) => !allowed.includes(method))

/** OPTIONS is told what is allowed; any other method is refused with the same list (RFC 9110 section 15.5.6). */
export function refuseMethod(allowed: string[]) {
  return ({ request, response }: HttpContext) => {
    response.header('Allow', [...allowed, 'OPTIONS'].join(', '))
    if (request.method() === 'OPTIONS') return response.status(204).send(null)
    throw new Exception('This address does not take that method.', {
      status: 405,
      code: 'E_METHOD_NOT_ALLOWED',
    })
  }
}
