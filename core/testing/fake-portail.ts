import { faultOfChange, faultOfPassage, faultOfSurprise, remainingStatuts } from '../contracts/factures/statuts.ts'
import type { FileRef } from '../authoring/values.ts'
import type { LuDansPdf, PassageFacture, PortailFactures, StatutFacture } from '../contracts/portail-factures.ts'
import { Mishaps } from './fakes.ts'

/** An invoice of the stand-in. */
interface Held {
  readonly passages: PassageFacture[]
  readonly numero?: string
}

/**
 * A portal for the tests of flows: it keeps histories, refuses what its matrix refuses, takes deposits, and obeys the test. Chorus Pro itself is
 * the simulator's business.
 * @param now the clock of the hub under test
 * @param lu what it reads in the PDF given to it
 */
export const fakePortail = (now: () => Date, pivot?: FileRef, lu: LuDansPdf = {}) => {
  const mishaps = new Mishaps()
  const factures = new Map<string, Held>()
  const flux = new Map<
    string,
    { readonly numero: string | undefined; state: 'pending' | 'integrated' | 'rejected' | 'incident' }
  >()
  const pushes: {
    readonly statut: StatutFacture
    readonly motif: string | undefined
    readonly mandat: string | undefined
  }[] = []
  const historyOf = (id: string) => {
    const passages = factures.get(id)?.passages ?? []
    return { statut: passages.at(-1)?.statut ?? 'DEPOSEE', passages }
  }
  const move = (id: string, statut: StatutFacture, comment?: string) =>
    void factures.get(id)?.passages.push({ statut, at: now().toISOString(), comment, lastName: 'Portail' })
  const receive = (id: string, statut: StatutFacture = 'MISE_A_DISPOSITION', numero?: string) =>
    void factures.set(id, {
      passages: [{ statut, at: now().toISOString() }],
      ...(numero === undefined ? {} : { numero }),
    })
  const known = (numero: string) => {
    const found = [...factures].find(([, held]) => held.numero === numero)
    return found && { id: found[0], statut: historyOf(found[0]).statut }
  }
  const portail: PortailFactures = {
    async history(id) {
      mishaps.before()
      return historyOf(id)
    },
    async download() {
      mishaps.before()
      if (!pivot) throw new Error('no pivot in this stand-in')
      return pivot
    },
    async changeStatus(id, statut, { reason, numeroMandat, since, seen }) {
      mishaps.before()
      const targets = typeof statut === 'string' ? [statut] : statut
      const fault = faultOfChange(targets, { reason })
      if (fault) return { is: 'refused', reason: fault }
      const surprise = faultOfSurprise(targets, historyOf(id), { seen, since })
      if (surprise) return { is: 'refused', reason: surprise, statut: historyOf(id).statut }
      for (const next of remainingStatuts(targets, historyOf(id), { since })) {
        const wrong = faultOfPassage(historyOf(id).statut, next)
        if (wrong) return { is: 'refused', reason: `Le portail refuse : ${wrong}.`, statut: historyOf(id).statut }
        move(id, next, reason)
        pushes.push({ statut: next, motif: reason, mandat: numeroMandat })
      }
      mishaps.after()
      return { is: 'done', statut: targets.at(-1) ?? 'SERVICE_FAIT' }
    },
    syntaxes: async () => [{ value: 'IN_DP_E1_UBL_INVOICE', label: 'UBL' }],
    async depositFlow({ numeroFacture }) {
      mishaps.before()
      const facture = numeroFacture === undefined ? undefined : known(numeroFacture)
      if (facture) return { is: 'known', facture }
      const id = `FLUX${flux.size + 1}`
      flux.set(id, { numero: numeroFacture, state: 'pending' })
      mishaps.after()
      return { is: 'sent', id }
    },
    async flowReport(id) {
      mishaps.before()
      const held = flux.get(id)
      const compteRendu = { interface: 'FSO1110A', etat: held?.state, date: now().toISOString(), contenu: {} }
      if (held?.state === 'rejected')
        return { compteRendu, is: 'rejected', partial: false, reasons: ['Le service est obligatoire'] }
      if (held?.state === 'incident') return { is: 'incident', reason: 'Le flux n’a pas été traité' }
      if (held?.state !== 'integrated') return { is: 'pending', message: 'Le flux attend son traitement.' }
      const numero = held.numero ?? id
      if (!known(numero)) receive(`${700 + factures.size}`, 'DEPOSEE', numero)
      const facture = known(numero)
      return { is: 'integrated', compteRendu, factures: facture ? [facture] : [] }
    },
    async readPdf() {
      mishaps.before()
      mishaps.after()
      return { is: 'read', piece: '5001', code: '0', libelle: 'GCU_MSG_01_000', idFournisseur: '300', values: lu }
    },
    async depositPdf({ numeroFacture }) {
      mishaps.before()
      const facture = known(numeroFacture)
      if (facture) return { is: 'known', facture }
      const id = `${700 + factures.size}`
      receive(id, 'DEPOSEE', numeroFacture)
      mishaps.after()
      return { is: 'sent', id }
    },
    async findDeposited({ numeroFacture }) {
      mishaps.before()
      return known(numeroFacture)
    },
    async findReceived({ numeroFacture }) {
      mishaps.before()
      const facture = known(numeroFacture)
      return facture && { ...facture, idFournisseur: '300' }
    },
    services: async () => [],
  }
  const finish = (state: 'integrated' | 'rejected' | 'incident') => {
    for (const each of flux.values()) each.state = state
  }
  return { portail, mishaps, factures, flux, pushes, receive, move, finish, historyOf }
}

const pdf = Buffer.from('%PDF-1.7\nFacture\n%%EOF\n').toString('base64')

/** A pivot of so many invoices, as Chorus Pro gives them. */
export const samplePivot = (...numeros: readonly string[]): string => {
  const unit = (numero: string, rank: number) => `<CPPFacturePivotUnitaire NumOrdre="${rank + 1}">
<Fournisseur><TypeIdentifiant>1</TypeIdentifiant><Identifiant>00000000000018</Identifiant><RaisonSociale>Papeterie de la Forêt</RaisonSociale><CodePays>FR</CodePays><ModeEmission>PORTAIL</ModeEmission></Fournisseur>
<Debiteur><TypeIdentifiant>1</TypeIdentifiant><Identifiant>21340172201787</Identifiant><Nom>Ville</Nom><CodeService>COMPTA</CodeService></Debiteur>
<DonneesFacture><Id>${numero}</Id><Type>380</Type><Cadre>A1</Cadre><DateEmissionFacture>2026-01-10</DateEmissionFacture><Devise>EUR</Devise>
<Montants><MontantHT>100.00</MontantHT><MontantTTC>120.00</MontantTTC><MontantNetAPayer>120.00</MontantNetAPayer></Montants>
<TVAs><TVA><Taux>20.00</Taux><BaseHt>100.00</BaseHt><MontantTVA>20.00</MontantTVA></TVA></TVAs>
<Engagement><NumeroMarche>M-1</NumeroMarche><NumeroEngagement>BC-17</NumeroEngagement></Engagement>
<Lignes><Ligne><ReferenceProduit>Ramettes A4</ReferenceProduit><PrixUnitaire>10.00</PrixUnitaire><Quantite>10</Quantite><MontantHT>100.00</MontantHT><TauxTVA>20.00</TauxTVA></Ligne></Lignes></DonneesFacture>
<PJ><IdUnique>1</IdUnique><Contenu>${pdf}</Contenu><NomPJ>FAC-${numero}.pdf</NomPJ><TypePJ>01</TypePJ><MimeTypePJ>application/pdf</MimeTypePJ></PJ>
<PJ><IdUnique>2</IdUnique><Contenu>${Buffer.from('livré').toString('base64')}</Contenu><NomPJ>bon.txt</NomPJ><TypePJ>02</TypePJ></PJ>
</CPPFacturePivotUnitaire>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CPPFacturePivot><CPPFactures Compteur="${numeros.length}">${numeros.map(unit).join('\n')}</CPPFactures></CPPFacturePivot>`
}
