import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { StatutFacture, PdfADeposer, PortailFactures } from '../contracts/portail-factures.ts'
import { readPivot } from '../contracts/factures/pivot.ts'
import { connectForTest } from './connect.ts'
import { samplePdf } from './conformance-files.ts'
import type { Faults } from './simulator.ts'

export interface PortailFacturesBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the portal refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** The requests (`METHOD /path`) that push a status, deposit a flow, submit a PDF, read a history. */
  readonly pushing: RegExp
  readonly depositing: RegExp
  readonly submitting: RegExp
  readonly reading: RegExp
  readonly siret: string
  /** An invoice is received, made available, from the supplier of this SIRET. @returns its identifier for the contract */
  receive(numero?: string): string
  readonly supplierSiret: string
  /** Somebody else brings it to a status, on the portal. */
  move(id: string, statut: StatutFacture): void
  /** How often an invoice went through a status. */
  passages(id: string, statut: StatutFacture): number
  /** Deposited flows end so. */
  finishFlows(end: 'integrated' | 'rejected' | 'incident'): void
  /** Invoices that the portal holds for this account as a supplier; flows received. */
  count(kind: 'deposited' | 'flows'): number
  close(): Promise<void>
}

const failureOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    value => new Error(`nothing failed: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

const ubl = (number: string): string =>
  `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID xmlns="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">${number}</ID></Invoice>`

/** What every connector of an invoice portal owes the hub. `reading`: one that pushes no status and deposits nothing, and says so. */
export const portailFacturesConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'portailFactures'>,
  setup: () => Promise<PortailFacturesBench>,
  { scope = 'all' }: { readonly scope?: 'all' | 'reading' } = {},
): void => {
  const start = async () => {
    const bench = await setup()
    const connected = await connectForTest(definition, bench.config)
    const { files } = connected.context
    const portal: PortailFactures = connected.connector.portailFactures
    return {
      ...bench,
      files,
      portal,
      check: () => connected.connector.check(),
      flow: async (number: string) => ({
        key: `k-${number}`,
        file: await files.save(ubl(number), `${number}.xml`),
        syntaxe: (await portal.syntaxes())[0]?.value ?? '',
        signed: false,
        numeroFacture: number,
      }),
      pdf: async (numeroFacture: string): Promise<PdfADeposer> => ({
        key: `k-${numeroFacture}`,
        pdf: await samplePdf(files, 'facture.pdf'),
        destinataire: { siret: bench.siret },
        numeroFacture,
        dateFacture: '2026-07-01',
        cadre: 'A1_FACTURE_FOURNISSEUR',
        typeFacture: 'FACTURE',
        typeTva: 'TVA_SUR_DEBIT',
        devise: 'EUR',
        montantHt: 100,
        montantTva: 20,
        montantTtc: 120,
        piecesJointes: [await files.save('bon de livraison', 'livraison été.txt')],
      }),
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await bench.close()
      },
    }
  }

  describe(`${name} tient le contrat des portails de factures`, () => {
    test('« Tester » répond par une phrase utile et ne change rien', async () => {
      await using bench = await start()
      expect(await bench.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(bench.count('flows')).toBe(0)
    })

    test("l'historique va du plus ancien au plus récent, avec des instants datés", async () => {
      await using bench = await start()
      const id = bench.receive()
      bench.move(id, 'SERVICE_FAIT')
      const history = await bench.portal.history(id)
      expect(history.statut).toBe('SERVICE_FAIT')
      expect(history.passages.map(({ statut }) => statut)).toEqual(['MISE_A_DISPOSITION', 'SERVICE_FAIT'])
      for (const { at } of history.passages) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/u)
    })

    test('le pivot et la vue PDF sont rendus, et le pivot se lit avec ses pièces', async () => {
      await using bench = await start()
      const id = bench.receive()
      const [pivot, pdf] = [await bench.portal.download(id, 'pivot'), await bench.portal.download(id, 'pdf')]
      expect(pdf.type).toBe('application/pdf')
      const [facture] = await readPivot(bench.files, pivot)
      expect(facture?.values.no_facture).toBeTruthy()
      expect(facture?.pieces.length).toBeGreaterThan(0)
      expect(await text(bench.files.open(pivot))).toContain('CPPFacturePivot')
    })

    test('une facture reçue se retrouve par son numéro et son fournisseur, et nulle autre', async () => {
      await using bench = await start()
      for (const numero of ['R-1', 'R-10']) bench.receive(numero)
      const id = bench.receive('R-2')
      const of = (numeroFacture: string, fournisseur = bench.supplierSiret) =>
        bench.portal.findReceived({ numeroFacture, fournisseur })
      expect(await of('R-2')).toMatchObject({ id, statut: 'MISE_A_DISPOSITION' })
      expect(await of('R')).toBeUndefined()
      expect(await of('R-2', bench.siret)).toBeUndefined()
      expect(await of('R-2', '99999999999999')).toBeUndefined()
    })

    test('les services d’un destinataire sont listés, et un SIRET inconnu n’en a pas', async () => {
      await using bench = await start()
      const services = await bench.portal.services({ siret: bench.siret })
      expect(services.length).toBeGreaterThan(0)
      for (const { value, label } of services) expect(value && label).toBeTruthy()
      expect(await bench.portal.services({ siret: '99999999999999' })).toEqual([])
    })

    test('portail arrêté ou en maintenance : tout est passager, rien n’est dit envoyé, et tout reprend', async () => {
      await using bench = await start()
      const id = bench.receive()
      for (const fault of [
        { kind: 'cutBefore' },
        { kind: 'garbage' },
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
      ] as const) {
        bench.faults.plan(fault, { times: Infinity })
        for (const attempt of [
          async () => bench.portal.history(id),
          async () => bench.portal.download(id, 'pivot'),
          async () => bench.check(),
        ])
          expect(await failureOf(attempt())).toMatchObject({ name: 'TemporaryError', maybeSent: false })
        bench.faults.clear()
      }
      expect(await bench.portal.history(id)).toMatchObject({ statut: 'MISE_A_DISPOSITION' })
    })

    test('identifiants refusés : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      const id = bench.receive()
      await using refused = await connectForTest(definition, { ...bench.config, ...bench.refused.config })
      const { portailFactures: portal } = refused.connector
      for (const attempt of [
        async () => refused.connector.check(),
        async () => portal.history(id),
        async () => portal.download(id, 'pivot'),
      ]) {
        const failure = await failureOf(attempt())
        expect(failure).toBeInstanceOf(ConfigurationError)
        expect(`${String(failure)} ${JSON.stringify(refused.context.log.lines)}`).not.toContain(bench.refused.secret)
      }
    })
  })
  if (scope === 'reading')
    test(`${name} ne pousse aucun statut et ne dépose rien, et le dit`, async () => {
      await using bench = await start()
      const id = bench.receive()
      const refused = { is: 'refused', reason: expect.stringMatching(/^\p{Lu}.{20,}\.$/u) as string }
      expect(await bench.portal.changeStatus(id, 'SERVICE_FAIT', {})).toMatchObject(refused)
      const file = await bench.files.save(ubl('F-1'), 'F-1.xml')
      expect(await bench.portal.depositFlow({ key: 'k', file, syntaxe: '', signed: false })).toMatchObject(refused)
      expect(await bench.portal.depositPdf(await bench.pdf('P-1'))).toMatchObject(refused)
      expect(bench.passages(id, 'SERVICE_FAIT') + bench.count('flows') + bench.count('deposited')).toBe(0)
    })
  else
    describe(`${name} pousse les statuts et dépose, une seule fois`, () => {
      test('un statut est poussé, puis dit fait sans être poussé deux fois', async () => {
        await using bench = await start()
        const id = bench.receive()
        expect(await bench.portal.changeStatus(id, 'SERVICE_FAIT', {})).toEqual({ is: 'done', statut: 'SERVICE_FAIT' })
        expect(await bench.portal.changeStatus(id, 'SERVICE_FAIT', {})).toEqual({ is: 'done', statut: 'SERVICE_FAIT' })
        expect(bench.passages(id, 'SERVICE_FAIT')).toBe(1)
      })

      test("une suite de statuts reprend où en est la facture, et s'arrête au premier refus", async () => {
        await using bench = await start()
        const id = bench.receive()
        bench.move(id, 'SERVICE_FAIT')
        const done = await bench.portal.changeStatus(id, ['SERVICE_FAIT', 'MANDATEE'], { numeroMandat: 'M-12' })
        expect(done).toEqual({ is: 'done', statut: 'MANDATEE' })
        expect(bench.passages(id, 'SERVICE_FAIT')).toBe(1)
        expect(await bench.portal.changeStatus(id, ['SUSPENDUE', 'SERVICE_FAIT'], { reason: 'erreur' })).toMatchObject({
          is: 'refused',
          statut: 'MANDATEE',
        })
        expect(bench.passages(id, 'SERVICE_FAIT')).toBe(1)
      })

      test('demandé sur un statut que la facture n’a plus, un changement est dit et n’écrase rien', async () => {
        await using bench = await start()
        const id = bench.receive()
        const more = { reason: 'Bon de commande absent', seen: ['MISE_A_DISPOSITION'] }
        bench.move(id, 'SERVICE_FAIT')
        expect(await bench.portal.changeStatus(id, 'SUSPENDUE', more)).toMatchObject({
          is: 'refused',
          reason: expect.stringContaining('a changé entre-temps') as string,
          statut: 'SERVICE_FAIT',
        })
        expect(bench.passages(id, 'SUSPENDUE')).toBe(0)
        // Further along the usual progress, nothing is taken from anybody.
        expect(await bench.portal.changeStatus(id, 'MANDATEE', more)).toMatchObject({ is: 'done' })
      })

      test('suspendre ou rejeter sans motif est refusé avant tout envoi, avec le remède', async () => {
        await using bench = await start()
        const id = bench.receive()
        for (const statut of ['SUSPENDUE', 'REJETEE'] as const)
          expect(await bench.portal.changeStatus(id, statut, { reason: ' ' })).toMatchObject({
            is: 'refused',
            reason: expect.stringContaining('motif') as string,
          })
        expect((await bench.portal.history(id)).passages).toHaveLength(1)
      })

      test('un statut que le destinataire ne donne pas est refusé', async () => {
        await using bench = await start()
        expect(await bench.portal.changeStatus(bench.receive(), 'COMPLETEE', {})).toMatchObject({ is: 'refused' })
      })

      test.each(['cutAfter', 'cutBefore'] as const)(
        'réponse perdue (%s) : le statut est repris, jamais doublé',
        async kind => {
          await using bench = await start()
          const id = bench.receive()
          bench.faults.plan({ kind }, { on: bench.pushing })
          expect(
            await failureOf(bench.portal.changeStatus(id, 'SUSPENDUE', { reason: 'Bon de commande absent' })),
          ).toMatchObject({ name: 'TemporaryError', maybeSent: true })
          expect(await bench.portal.changeStatus(id, 'SUSPENDUE', { reason: 'Bon de commande absent' })).toMatchObject({
            is: 'done',
          })
          expect(bench.passages(id, 'SUSPENDUE')).toBe(1)
        },
      )

      test('réponse perdue, puis facture complétée par le fournisseur : elle n’est pas suspendue une seconde fois', async () => {
        await using bench = await start()
        const id = bench.receive()
        const more = { reason: 'Bon de commande absent', since: new Date().toISOString() }
        bench.faults.plan({ kind: 'cutAfter' }, { on: bench.pushing })
        await failureOf(bench.portal.changeStatus(id, 'SUSPENDUE', more))
        bench.move(id, 'COMPLETEE')
        expect(await bench.portal.changeStatus(id, 'SUSPENDUE', more)).toMatchObject({ is: 'done' })
        expect(bench.passages(id, 'SUSPENDUE')).toBe(1)
      })

      test('un flux déposé attend, est intégré, et donne sa facture', async () => {
        await using bench = await start()
        const sent = await bench.portal.depositFlow(await bench.flow('F-1'))
        if (sent.is !== 'sent') throw new Error(JSON.stringify(sent))
        expect(await bench.portal.flowReport(sent.id)).toMatchObject({
          is: 'pending',
          message: expect.any(String) as string,
        })
        bench.finishFlows('integrated')
        const report = await bench.portal.flowReport(sent.id)
        const found = await bench.portal.findDeposited({ numeroFacture: 'F-1' })
        expect(report).toMatchObject({ is: 'integrated', factures: [found] })
        expect(found?.statut).toBe('DEPOSEE')
      })

      test('un flux rejeté et un flux en incident le disent, avec leurs motifs', async () => {
        await using bench = await start()
        const sent = await bench.portal.depositFlow(await bench.flow('F-1'))
        if (sent.is !== 'sent') throw new Error(JSON.stringify(sent))
        bench.finishFlows('rejected')
        const rejected = await bench.portal.flowReport(sent.id)
        if (rejected.is !== 'rejected') throw new Error(JSON.stringify(rejected))
        expect(rejected.partial).toBe(false)
        expect(rejected.reasons.join('')).not.toBe('')
        bench.finishFlows('incident')
        expect(await bench.portal.flowReport(sent.id)).toMatchObject({ is: 'incident' })
      })

      test('réponse perdue au dépôt d’un flux : la facture est retrouvée et n’est pas déposée deux fois', async () => {
        await using bench = await start()
        bench.faults.plan({ kind: 'cutAfter' }, { on: bench.depositing })
        expect(await failureOf(bench.portal.depositFlow(await bench.flow('F-1')))).toMatchObject({
          name: 'TemporaryError',
          maybeSent: true,
        })
        bench.finishFlows('integrated')
        const facture = await bench.portal.findDeposited({ numeroFacture: 'F-1' })
        expect(facture).toBeDefined()
        expect(await bench.portal.depositFlow(await bench.flow('F-1'))).toEqual({ is: 'known', facture })
        expect(bench.count('flows')).toBe(1)
      })

      test('coupé avant tout traitement, le flux n’est pas retrouvé et le nouveau dépôt en fait un seul', async () => {
        await using bench = await start()
        bench.faults.plan({ kind: 'cutBefore' }, { on: bench.depositing })
        await failureOf(bench.portal.depositFlow(await bench.flow('F-1')))
        expect(await bench.portal.findDeposited({ numeroFacture: 'F-1' })).toBeUndefined()
        expect(await bench.portal.depositFlow(await bench.flow('F-1'))).toMatchObject({ is: 'sent' })
        expect(bench.count('flows')).toBe(1)
      })

      test('une facture PDF est déposée avec ses pièces ; réponse perdue, elle est retrouvée', async () => {
        await using bench = await start()
        bench.faults.plan({ kind: 'cutAfter' }, { on: bench.submitting })
        expect(await failureOf(bench.portal.depositPdf(await bench.pdf('P-1')))).toMatchObject({
          name: 'TemporaryError',
          maybeSent: true,
        })
        const facture = await bench.portal.findDeposited({ numeroFacture: 'P-1', date: '2026-07-01' })
        expect(facture?.statut).toBe('DEPOSEE')
        expect(await bench.portal.depositPdf(await bench.pdf('P-1'))).toEqual({ is: 'known', facture })
        expect(await bench.portal.depositPdf(await bench.pdf('P-2'))).toMatchObject({ is: 'sent' })
        expect(bench.count('deposited')).toBe(2)
      })

      test('un PDF est lu sans être soumis, et porte un numéro', async () => {
        await using bench = await start()
        const { pdf } = await bench.pdf('P-1')
        const read = await bench.portal.readPdf(pdf)
        if (read.is !== 'read') throw new Error(JSON.stringify(read))
        expect(read.piece && read.idFournisseur).toBeTruthy()
        expect(bench.count('deposited')).toBe(0)
        const text = await bench.files.save('pas un PDF', 'note.txt')
        expect(await bench.portal.readPdf(text)).toMatchObject({ is: 'refused' })
      })

      test('une panne en lecture ne laisse aucun doute ; une réponse illisible à un envoi en laisse un', async () => {
        await using bench = await start()
        const id = bench.receive()
        bench.faults.plan({ kind: 'cutAfter' }, { on: bench.reading })
        expect(await failureOf(bench.portal.changeStatus(id, 'SERVICE_FAIT', {}))).toMatchObject({
          name: 'TemporaryError',
          maybeSent: false,
        })
        for (const fault of [{ kind: 'garbage' }, { kind: 'status', status: 502 }] as const) {
          bench.faults.plan(fault, { on: bench.pushing })
          const failure = await failureOf(bench.portal.changeStatus(id, 'SERVICE_FAIT', {}))
          expect(failure).toBeInstanceOf(TemporaryError)
          expect(failure).toMatchObject({ maybeSent: true })
        }
      })
    })
}
