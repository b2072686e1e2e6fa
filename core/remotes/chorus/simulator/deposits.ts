import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { localDay } from '../../../authoring/days.ts'
import { parseXml } from '../../../connectors/xml-element.ts'
import { answerWithFile } from '../answer-file.ts'
import { SYNTAXES } from '../deposit.ts'
import type { SimRequest } from '../../../testing/sim-request.ts'
import type { SimResponse } from '../../../testing/sim-server.ts'
import { refusal, statutOf, type SimAccount, type SimInvoice } from './model.ts'
import type { Body } from './received.ts'

export interface SimFlow {
  readonly id: string
  readonly number: string | undefined
  readonly fileName: string
  readonly size: number
  readonly account: SimAccount
  state: string
  errors: readonly { readonly numeroDP: string; readonly libelleErreurDP: string }[]
}

const STATES = ['IN_RECU', 'IN_TRAITE_SE_CPP', 'IN_EN_COURS_TRAITEMENT_CPP', 'IN_INTEGRE']
/** Members of the bodies that carry a file. */
const CARRIERS: Readonly<Record<string, string>> = {
  'factures/v1/deposer/flux': 'fichierFlux',
  'factures/v1/deposer/pdf': 'fichierFacture',
  'transverses/v1/ajouter/fichier': 'pieceJointeFichier',
}
const LARGEST_KEPT = 1024 * 1024

export interface ReadBody {
  readonly body: Body
  readonly size: number
  /** The beginning of the file that came with it. */
  readonly head: Buffer
}

/** Reads a body whose file may be large. */
export const readBody = async (operation: string, { bodyFile }: SimRequest): Promise<ReadBody> => {
  const nothing = { size: 0, head: Buffer.alloc(0) }
  if (!bodyFile) return { body: {}, ...nothing }
  const carrier = CARRIERS[operation]
  if (carrier === undefined) {
    const text = await readFile(bodyFile.path, 'utf8')
    return { body: text === '' ? {} : (JSON.parse(text) as Body), ...nothing }
  }
  const read = answerWithFile(createReadStream(bodyFile.path) as AsyncIterable<Uint8Array>, carrier)
  let size = 0
  const kept: Buffer[] = []
  for await (const chunk of read.content as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= LARGEST_KEPT) kept.push(chunk)
  }
  return { body: read.rest(), size, head: Buffer.concat(kept) }
}

/** The number of the invoice in a flow: that of UBL, else the name of the file. */
const numberIn = (head: Buffer, fileName: string): string => {
  const stem = fileName.replace(/\.[^.]+$/u, '')
  if (!head.toString('latin1', 0, 100).trimStart().startsWith('<')) return stem
  try {
    return parseXml(head.toString()).children.find(({ name }) => name === 'ID')?.text ?? stem
  } catch {
    return stem
  }
}

/** Words of a PDF made for the tests (`Montant HT : 100`), as Chorus Pro names what it reads. */
const READ: Readonly<Record<string, string>> = {
  Facture: 'numeroFacture',
  Date: 'dateFacture',
  Destinataire: 'codeDestinataire',
  Fournisseur: 'codeFournisseur',
  'Montant HT': 'montantHtTotal',
  TVA: 'montantTVA',
  'Net à payer': 'montantAPayer',
}

const readIn = (head: Buffer): Readonly<Record<string, string>> => ({
  typeFacture: 'FACTURE',
  codeDeviseFacture: 'EUR',
  ...Object.fromEntries(
    head
      .toString()
      .split('\n')
      .flatMap(line => {
        const [name = '', value] = line.split(' : ', 2)
        const known = READ[name]
        return known === undefined || value === undefined ? [] : [[known, value] as const]
      }),
  ),
})

interface Submitted {
  readonly numeroFactureSaisi?: string
  readonly dateFacture?: string
  readonly destinataire?: { readonly codeDestinataire?: string }
  readonly fournisseur?: { readonly idFournisseur?: number }
  readonly montantTotal?: { readonly montantHtTotal?: number }
  readonly pieceJointePrincipale?: readonly { readonly pieceJointePrincipaleId?: number }[]
  readonly references?: { readonly typeFacture?: string }
}

export interface Shelf {
  readonly invoices: readonly SimInvoice[]
  readonly flows: SimFlow[]
  readonly attachments: { readonly id: number; readonly name: string }[]
  /** Records an invoice deposited by this account. */
  add(issued: {
    readonly account: SimAccount
    readonly number: string
    readonly date: string
    readonly amount: number
    readonly flow: string | undefined
  }): SimInvoice
}

/** One more state; at the end the invoice is there, unless the supplier has already deposited this number. */
export const advanceFlow = (shelf: Shelf, flow: SimFlow): void => {
  const next = STATES[STATES.indexOf(flow.state) + 1]
  if (next === undefined) return
  flow.state = next
  if (next !== 'IN_INTEGRE') return
  const number = flow.number ?? flow.id
  const issuer = flow.account.structures[0]?.id
  if (shelf.invoices.some(invoice => invoice.number === number && invoice.supplier.id === issuer)) {
    flow.state = 'IN_REJETE'
    flow.errors = [{ numeroDP: number, libelleErreurDP: 'Une facture de même numéro existe déjà pour ce fournisseur' }]
    return
  }
  shelf.add({ account: flow.account, number, date: localDay(new Date()), amount: 100, flow: flow.id })
}

/** Operations of a supplier (chorus-pro.md §3.6 and §3.7). */
export const depositOperations = (shelf: Shelf) => {
  const attach = (name: unknown): number => {
    const id = 5001 + shelf.attachments.length
    shelf.attachments.push({ id, name: String(name) })
    return id
  }

  return {
    'factures/v1/deposer/flux': (account: SimAccount, { body, size, head }: ReadBody): SimResponse => {
      const { nomFichier: fileName, syntaxeFlux } = body as {
        readonly nomFichier?: string
        readonly syntaxeFlux?: string
      }
      if (!fileName || size === 0) return refusal(20101, 'Le fichier du flux est obligatoire')
      if (!SYNTAXES.some(({ value }) => value === syntaxeFlux)) return refusal(20102, 'La syntaxe du flux est inconnue')
      const id = `CPP${String(shelf.flows.length + 1).padStart(13, '0')}`
      const number = numberIn(head, fileName)
      shelf.flows.push({ id, number, fileName, size, account, state: 'IN_RECU', errors: [] })
      return {
        json: {
          codeRetour: 0,
          libelle: 'TRA_MSG_00.000',
          numeroFluxDepot: id,
          dateDepot: localDay(new Date()),
          syntaxeFlux,
        },
      }
    },

    'transverses/v1/consulterCRDetaille': (_account: SimAccount, { body }: ReadBody): SimResponse => {
      const flow = shelf.flows.find(({ id }) => id === body['numeroFluxDepot'])
      if (!flow) return refusal(20103, 'Le flux demandé est inconnu')
      return {
        json: {
          codeRetour: 0,
          etatCourantDepotFlux: flow.state,
          nomFichier: flow.fileName,
          codeInterfaceDepotFlux: 'FSO1110A',
          dateHeureEtatCourantFlux: '2026-01-15 09:30',
          listeErreurTechnique:
            flow.state === 'IN_INCIDENTE'
              ? [
                  {
                    codeErreur: 'SE_002',
                    libelleErreur: "Le système d'échange n'a pas pu lire le flux",
                    natureErreur: 'T',
                  },
                ]
              : [],
          listeErreurDP: flow.errors,
        },
      }
    },

    'factures/v1/rechercher/fournisseur': (account: SimAccount, { body }: ReadBody): SimResponse => {
      const found = shelf.invoices.filter(
        invoice =>
          account.structures.some(({ id }) => id === invoice.supplier.id) &&
          (body['numeroFluxDepot'] ?? invoice.flow) === invoice.flow &&
          (body['numeroFacture'] ?? invoice.number) === invoice.number,
      )
      if (found.length === 0) return refusal(20000, 'Aucun résultat ne correspond à la recherche')
      return {
        json: {
          codeRetour: 0,
          pageCourante: 1,
          pages: 1,
          total: found.length,
          listeFactures: found.map(invoice => ({
            identifiantFactureCPP: invoice.id,
            numeroFacture: invoice.number,
            dateFacture: invoice.date,
            statut: statutOf(invoice),
          })),
        },
      }
    },

    'factures/v1/deposer/pdf': (_account: SimAccount, { body, size, head }: ReadBody): SimResponse => {
      if (size === 0 || !head.subarray(0, 5).equals(Buffer.from('%PDF-')))
        return refusal(20104, "Le fichier déposé n'est pas un PDF")
      return {
        json: {
          codeRetour: 0,
          libelle: 'GCU_MSG_01_000',
          pieceJointeId: attach(body['nomFichier']),
          ...readIn(head),
        },
      }
    },

    'transverses/v1/ajouter/fichier': (_account: SimAccount, { body, size }: ReadBody): SimResponse =>
      size === 0
        ? refusal(20105, 'La pièce jointe est vide')
        : { json: { codeRetour: 0, pieceJointeIdFichier: attach(body['pieceJointeNom']) } },

    'factures/v1/soumettre': (account: SimAccount, { body }: ReadBody): SimResponse => {
      const { numeroFactureSaisi: number, dateFacture: date, ...rest } = body as Submitted
      const main = rest.pieceJointePrincipale?.[0]?.pieceJointePrincipaleId
      if (!number || !date || !rest.destinataire?.codeDestinataire) return refusal(20106, 'Un champ obligatoire manque')
      if (!shelf.attachments.some(({ id }) => id === main))
        return refusal(20107, 'La pièce jointe principale est inconnue')
      const supplier = account.structures.find(({ id }) => id === rest.fournisseur?.idFournisseur)
      if (!supplier) return refusal(20108, "Le fournisseur n'est pas une structure de ce compte")
      if (shelf.invoices.some(invoice => invoice.number === number && invoice.supplier.id === supplier.id))
        return refusal(20109, 'Une facture de même numéro existe déjà pour ce fournisseur')
      const invoice = shelf.add({
        account,
        number,
        date,
        amount: rest.montantTotal?.montantHtTotal ?? 0,
        flow: undefined,
      })
      return {
        json: {
          codeRetour: 0,
          libelle: 'TRA_MSG_00.000',
          identifiantFactureCPP: invoice.id,
          numeroFacture: number,
          statutFacture: 'DEPOSEE',
          dateDepot: localDay(new Date()),
        },
      }
    },
  }
}
