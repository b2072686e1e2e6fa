import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dsn, outOfOffice } from '../../connectors/bounces/samples.ts'
import { hasDovecot } from '../../connectors/bounces/dovecot.ts'
import { createSimulator, type ImapSimulator } from '../../connectors/bounces/simulator.ts'
import { recipientsOf, startMailTown, type MailTown } from '../../plugins/mailsec/portail/mail-town.fixture.ts'
import { axe, hasBrowser, openBrowser, watchFaults } from '../../ui/testing/browser.ts'
import { asSent } from './remotes.ts'

let town: MailTown
beforeAll(async () => {
  town = await startMailTown()
}, 180_000)
afterAll(() => town[Symbol.asyncDispose]())

/** The returns are read as an administrator would have it done, by the connector associated above the town. */
describe.skipIf(!hasDovecot())('les courriels non remis, avec le serveur IMAP Dovecot', () => {
  let mailbox: ImapSimulator
  let instanceId: string
  const acting = () => ({ entityId: town.whole.town, userId: town.whole.users.admin })
  const relever = async () => (await town.whole.hub.cradle.connectors.run(acting(), instanceId, 'relever')).message

  beforeAll(async () => {
    mailbox = await createSimulator()
    const created = await town.whole.hub.cradle.connectors.create(acting(), {
      connector: 'bounces',
      label: 'Retours',
      config: asSent(mailbox.config),
    })
    instanceId = created.id
  }, 60_000)
  afterAll(() => mailbox.close())

  test('un avis rejoint le vrai document : le destinataire est en erreur, l’accusé est refait, l’avis est gardé', async () => {
    const { id } = await town.sendMail('ls-mailsec', { 'mailsec.to': 'perdu@exemple.fr, lu@exemple.fr' })
    await town.visit(`${town.pageOf('lu@exemple.fr')}/consulter`, { method: 'POST' })
    const before = await town.inState(id, 'mailsec.luPartiel')
    const [lost] = recipientsOf(before)
    await mailbox.receive(outOfOffice(lost?.cle))
    await mailbox.receive(dsn({ key: lost?.cle ?? '' }))
    expect(await relever()).toContain('1 avis rattaché(s) à leur document ; 1 message(s) sans rapport')

    const after = await town.get(id)
    expect(after.state).toBe('mailsec.luPartiel')
    expect(recipientsOf(after)).toMatchObject([
      {
        adresse: 'perdu@exemple.fr',
        etat: 'erreur',
        erreur: expect.stringContaining("l'adresse n'existe pas") as string,
      },
      { adresse: 'lu@exemple.fr', etat: 'lu' },
    ])
    expect(after.data['mailsec.retours']).toMatchObject([{ name: 'avis-de-non-remise.eml' }])
    expect(after.data['mailsec.accuse']).not.toEqual(before.data['mailsec.accuse'])
    const lines = await town.whole.hub.cradle.store.journal(after)
    expect(lines.map(({ message }) => message).join('\n')).toContain("n'a pas été remis à elodie@exemple.fr")
    // Read once more, as after a restoration: nothing is told twice.
    expect((await town.whole.hub.cradle.connectors.run(acting(), instanceId, 'relireTout')).message).toContain('0 avis')
    expect((await town.get(id)).data['mailsec.retours']).toHaveLength(1)
  })

  test('quand tous reviennent, le document s’arrête et le dit', async () => {
    const { id } = await town.sendMail('ls-mailsec', { 'mailsec.to': 'personne@exemple.fr' })
    await mailbox.receive(dsn({ key: recipientsOf(await town.get(id))[0]?.cle ?? '' }))
    await relever()
    expect((await town.inState(id, 'mailsec.erreur')).message).toContain("n'a pas été remis")
  })
})

describe.skipIf(!hasBrowser)('les pages des destinataires dans un navigateur', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('toutes sont lisibles par tous, et rien n’en sort', async () => {
    const page = await browser.newPage()
    const faults = watchFaults(page, town.whole.origin)
    const open = (path: string) => page.goto(`${town.whole.origin}${path}`)
    const values = {
      'mailsec.to': 'axe@exemple.fr',
      'mailsec.cc': 'copie@exemple.fr',
      'mailsec.motDePasse': 'gué',
      message: 'Bonjour,\nvoici l’ordre du jour.',
    }
    const { id } = await town.sendMail('ls-mailsec-bidir', values, ['ordre du jour.pdf', 'plan.pdf'])
    await open(town.pageOf('axe@exemple.fr'))
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Mot de passe').fill('faux')
    await page.getByRole('button', { name: 'Consulter le message' }).click()
    await page.getByRole('alert').getByText('pas le bon').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Mot de passe').fill('gué')
    await page.getByRole('button', { name: 'Consulter le message' }).click()
    await page.getByRole('heading', { level: 1, name: 'Convocation' }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('link', { name: 'Répondre à ce message' }).click()
    await page.getByLabel('Réponse').waitFor()
    expect(await axe(page)).toEqual([])
    // What the browser checks, another client may not.
    await page.evaluate('void (document.querySelector("form").noValidate = true)')
    await page.getByRole('button', { name: 'Envoyer la réponse' }).click()
    await page.getByRole('alert').getByText('« Réponse » est à renseigner.').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Réponse').fill('Je serai là.')
    await page.getByRole('button', { name: 'Envoyer la réponse' }).click()
    await page.getByText('Vous avez répondu').waitFor()
    expect(await axe(page)).toEqual([])

    await town.whole.hub.cradle.documents.act({
      entityId: town.whole.town,
      documentId: id,
      by: town.whole.users.agent,
      action: 'mailsec.declarerNonRecu',
      may: () => true,
    })
    await town.inState(id, 'termine')
    for (const [path, title] of [
      [town.pageOf('copie@exemple.fr'), 'Ce message n’est plus disponible'],
      ['/mail/inconnu', 'Lien inconnu'],
      ['/mailsec/index.php', 'Ce lien est celui d’une ancienne plateforme'],
    ] as const) {
      await open(path)
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      expect(await axe(page)).toEqual([])
    }
    expect(faults).toEqual([])
  }, 90_000)
})
