import type { HttpContext } from '@adonisjs/core/http'
import { mailingAudit } from '#controllers/staff/mailing_audit'
import { deliveryCounts, leaveCounts } from '#controllers/staff/mailing_counts'
import List from '#models/list'
import Mailing from '#models/mailing'

const PAGE_SIZE = 25

export default class MailingsController {
  async index({ request, view }: HttpContext) {
    const page = Math.min(Math.max(Number.parseInt(request.input('page')) || 1, 1), 100_000)
    const mailings = await Mailing.query()
      .orderBy('id', 'desc')
      .preload('list')
      .paginate(page, PAGE_SIZE)
    const [counts, left] = await Promise.all([
      deliveryCounts(mailings.map(({ id }) => id)),
      leaveCounts(mailings.map(({ publicId }) => publicId)),
    ])
    const list = mailings.isEmpty ? await List.first() : null
    return view.render('pages/staff/mailings', { mailings, counts, left, list })
  }

  async show({ params, view }: HttpContext) {
    const mailing = await Mailing.query()
      .where('publicId', String(params.id))
      .preload('list')
      .firstOrFail()
    const [counts, audit] = await Promise.all([deliveryCounts([mailing.id]), mailingAudit(mailing)])
    return view.render('pages/staff/mailing', { mailing, counts: counts.get(mailing.id), ...audit })
  }
}
