import { localDay } from '#core'
import type { Authority, Issued, IssuedClient, SimRequest, SimResponse, Simulator } from '#core/testing'
import { createAuthority, startSimServer, stepEvery } from '#core/testing'
import {
  acknowledgementOf,
  acteIdOf,
  codeOf,
  envelopeOf,
  messageFile,
  slipOf,
  stamp,
  streamOf,
  type SimTransaction,
} from './simulator-acte.ts'
import { ko, latin1, ok, redirect, xml } from './simulator-answers.ts'
import { answerRefusal, broadcastOf, givenOf, lateFault, piecesOf, refusalOf } from './simulator-checks.ts'
import { classificationXml } from './simulator-classification.ts'
import { confirmationDoor } from './simulator-confirmation.ts'
import { heliosPart, type HeliosCommands } from './simulator-helios.ts'
import { filesAnswer, listAnswer, statusAnswer, unreadAnswer, unreadOf } from './simulator-views.ts'

export interface S2lowSimulatorOptions {
  readonly port?: number
  /** Transactions take one state every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** Issues the certificates of the platform and of its accounts; a new one unless given. */
  readonly authority?: Authority
  /** The certificate of the account, made unless given. */
  readonly client?: IssuedClient
  /** The certificate of the platform, issued by the authority unless given: an expired one, for instance. */
  readonly server?: Issued
  /** The account wants an identifier and a password besides its certificate. */
  readonly login?: boolean
}

export interface S2lowSimulator extends Simulator {
  readonly authority: Authority
  /** The accounting flows. */
  readonly helios: HeliosCommands
  readonly transactions: readonly SimTransaction[]
  /** The transaction (the last one unless told) goes to the acknowledgement of the préfecture. */
  acknowledge(id?: string): void
  /** One state further. */
  step(id?: string): void
  /** The transaction fails on the platform, with this message. */
  anomaly(message: string, id?: string): void
  /** The préfecture refuses. */
  refuse(id?: string): void
  /** Somebody confirms, with a certificate of their own, what waits to be posted. */
  confirm(id?: string): void
  setState(code: number, id?: string): void
  /** The préfecture writes about an acte. @returns the identifier of the letter */
  prefectureLetter(type: 2 | 3 | 4 | 5, options?: { readonly about?: string }): string
  /** The préfecture publishes another classification. */
  changeClassification(date: string): void
  /** The certificate of the account is struck off: everything redirects to the login page. */
  revokeAccount(): void
}

const ACCOUNT = { login: 'passeur', motDePasse: 'mot-de-passe-de-demonstration' }

/** Making the keys of a server takes longer than a test: the same authority gives the same server certificate. */
const servers = new WeakMap<Authority, ReturnType<Authority['issueServer']>>()
const serverOf = (authority: Authority) => {
  const issued = servers.get(authority) ?? authority.issueServer()
  servers.set(authority, issued)
  return issued
}

/** S²LOW, ACTES here and HELIOS in its own file: mutual TLS, `OK`/`KO` in ISO-8859-1, transactions that advance, stamps, cancellations, letters. */
export const createSimulator = async (options: S2lowSimulatorOptions = {}): Promise<S2lowSimulator> => {
  const authority = options.authority ?? createAuthority()
  const client = options.client ?? authority.issueClient('Ville de Démonstration')
  const transactions: SimTransaction[] = []
  const helios = heliosPart()
  let lastId = 4200
  let classificationDate = '2023-05-01'
  let known = true

  const find = (id: string | null | undefined): SimTransaction | undefined =>
    transactions.find(each => String(each.id) === id)
  const enter = (transaction: SimTransaction, code: number): void =>
    void transaction.workflow.push({ code, at: new Date() })

  const add = (
    given: Pick<SimTransaction, 'type' | 'number' | 'subject' | 'date' | 'nature' | 'classification' | 'related'> &
      Partial<Pick<SimTransaction, 'uniqueId' | 'files' | 'answer' | 'broadcast'>>,
    state: number,
  ): SimTransaction => {
    const transaction: SimTransaction = {
      uniqueId: acteIdOf(given),
      files: [],
      answer: undefined,
      broadcast: [],
      ...given,
      id: (lastId += 1),
      workflow: [],
      message: '',
      ar: undefined,
      read: given.answer !== undefined,
    }
    enter(transaction, state)
    transactions.push(transaction)
    return transaction
  }

  const stored = async (request: SimRequest, uniqueId: string) =>
    (await piecesOf(request, uniqueId)).map(piece => ({ ...piece, id: (lastId += 1) }))

  const create = async (request: SimRequest): Promise<SimResponse> => {
    const { field } = request
    const refusal = refusalOf(request, number => transactions.some(each => each.type === 1 && each.number === number))
    if (refusal) return field('api') === '1' ? ko(refusal) : redirect('/modules/actes/actes_transac_add.php')
    const given = givenOf(request)
    const uniqueId = acteIdOf(given)
    const sent = await stored(request, uniqueId)
    const message = { ...messageFile({ ...given, uniqueId }), id: (lastId += 1) }
    const first = field('must_signed') === '1' ? 18 : field('en_attente') === '1' ? 17 : 1
    const transaction = add({ ...given, files: [message, ...sent], broadcast: broadcastOf(request) }, first)
    return ok(transaction.id, '')
  }

  const answerLetter = async (request: SimRequest): Promise<SimResponse> => {
    const letter = find(request.field('id'))
    const refusal = answerRefusal(
      request,
      letter,
      transactions.some(each => each.answer && each.related === letter?.id),
    )
    // Where `api` is read from the query, errors come on one line.
    if (refusal !== undefined || !letter)
      return request.query.get('api') === '1' ? latin1(`KO : ${refusal ?? ''}`) : ko(refusal ?? '')
    const { type, number, subject, date, nature, classification, uniqueId } = letter
    const files = await stored(request, uniqueId)
    const answer = request.field('type_envoie') === '3' ? 'refusal' : 'sending'
    return ok(
      add({ type, number, subject, date, nature, classification, uniqueId, files, answer, related: letter.id }, 1).id,
    )
  }

  const step = (transaction: SimTransaction): void => {
    const code = codeOf(transaction)
    const fault = code === 1 && transaction.type === 1 ? lateFault(transaction) : undefined
    if (fault) {
      transaction.message = fault
      return enter(transaction, -1)
    }
    if (code < 1 || code > 3 || (transaction.type !== 1 && transaction.type !== 6 && !transaction.answer)) return
    enter(transaction, code + 1)
    if (code !== 3) return
    transaction.ar = acknowledgementOf(transaction, new Date(), classificationDate)
    const cancelled = transaction.type === 6 ? transactions.find(({ id }) => id === transaction.related) : undefined
    if (cancelled) enter(cancelled, 0)
  }

  const cancel = ({ field }: SimRequest): SimResponse => {
    const original = find(field('id'))
    if (!original) return ko("Erreur d'initialisation de la transaction.")
    if (original.type !== 1) return ko('Ce type de transaction ne peut pas être annulé.')
    if (transactions.some(each => each.type === 6 && each.related === original.id && codeOf(each) !== -1))
      return ko("Une demande d'annulation est déjà en cours pour cette transaction.")
    if (codeOf(original) !== 4)
      return ko("Impossible d'annuler une transaction qui n'est pas en état « Acquittement reçu ».")
    const { number, subject, date, nature, classification, uniqueId } = original
    return ok(add({ type: 6, number, subject, date, nature, classification, uniqueId, related: original.id }, 1).id)
  }

  const download = async ({ query }: SimRequest): Promise<SimResponse> => {
    const envelope = find(query.get('env'))
    if (envelope) return { headers: { 'content-type': 'application/gzip' }, body: envelopeOf(envelope) }
    const owner = transactions.find(({ files }) => files.some(({ id }) => String(id) === query.get('file')))
    const file = owner?.files.find(({ id }) => String(id) === query.get('file'))
    if (!owner || !file) return redirect('/')
    const body =
      query.get('tampon') === 'true'
        ? await stamp(file, owner, query.get('date_affichage') ?? undefined)
        : streamOf(file)
    return { headers: { 'content-type': file.mimetype }, body }
  }

  const document = (id: string | null): SimResponse => {
    const transaction = find(id)
    if (!transaction) return ko('Numéro de transaction invalide.')
    if (transaction.type !== 1) return redirect(`actes_download_file.php?env=${transaction.id}`)
    const related = transactions.filter(each => each.related === transaction.id)
    return latin1(related.map(each => `${each.type}-${codeOf(each)}-${each.id}\n`).join(''))
  }

  const post = (id: string): string | undefined => {
    const transaction = find(id)
    if (!transaction || codeOf(transaction) !== 17) return `La transaction ${id} n'est pas en attente d'être postée.`
    enter(transaction, 1)
    return undefined
  }
  const door = confirmationDoor(options.login ? ACCOUNT : undefined, post)

  const onTransaction = (
    id: string | null,
    answer: (transaction: SimTransaction) => SimResponse | Promise<SimResponse>,
  ) => {
    const transaction = find(id)
    return transaction ? answer(transaction) : ko('Numéro de transaction invalide.')
  }

  const pages: Readonly<Record<string, (request: SimRequest) => SimResponse | Promise<SimResponse>>> = {
    '/api/test-connexion.php': () => latin1('OK'),
    '/api/test-rgs.php': () => latin1('OK'),
    '/api/info-connexion.php': () => ({
      json: {
        user_info: { givenname: 'Compte', name: 'Passeur' },
        authority_info: { name: 'Ville de Démonstration', siren: '000000000' },
      },
    }),
    '/admin/users/api-list-login.php': () => latin1(options.login ? `${ACCOUNT.login}\n` : ''),
    '/modules/actes/actes_classification_fetch.php': () => xml(classificationXml(classificationDate)),
    '/modules/actes/actes_classification_request.php': () => {
      if (transactions.some(({ type }) => type === 7))
        return ko("Une demande de classification a déjà été faite aujourd'hui.")
      return ok(
        add(
          {
            type: 7,
            number: '',
            subject: '',
            date: localDay(new Date()),
            nature: '6',
            classification: '',
            related: undefined,
          },
          1,
        ).id,
      )
    },
    '/modules/actes/actes_transac_create.php': create,
    '/modules/actes/actes_transac_get_status.php': ({ query }) => onTransaction(query.get('transaction'), statusAnswer),
    '/modules/actes/actes_transac_get_ARActe.php': ({ query }) =>
      onTransaction(query.get('id'), ({ ar }) => (ar ? xml(ar) : ko("Pas d'accusé de réception"))),
    '/modules/actes/actes_transac_get_files_list.php': ({ query }) =>
      onTransaction(query.get('transaction'), filesAnswer),
    '/modules/actes/actes_download_file.php': download,
    '/modules/actes/actes_create_pdf.php': async ({ query }) => {
      const transaction = find(query.get('trans_id'))
      return transaction
        ? { headers: { 'content-type': 'application/pdf' }, body: await slipOf(transaction) }
        : redirect('/modules/actes/index.php')
    },
    '/modules/actes/actes_transac_cancel.php': cancel,
    '/modules/actes/actes_transac_get_document.php': ({ query }) => document(query.get('id')),
    '/api/get-nounce.php': door.lend,
    '/modules/actes/actes_transac_reponse_create.php': answerLetter,
    ...helios.pages,
    '/modules/actes/api/list_actes.php': ({ query }) => listAnswer(transactions, query),
    '/modules/actes/api/list_document_prefecture.php': () => unreadAnswer(transactions),
    '/modules/actes/api/document_prefecture_mark_as_read.php': ({ query }) => {
      const letter = find(query.get('transaction_id'))
      if (letter) letter.read = true
      return { json: { result: 'ok' } }
    },
  }

  /** Pages for the browsers of agents, who come with a certificate of their own. */
  const browsed: Readonly<Record<string, (request: SimRequest) => SimResponse>> = {
    '/modules/actes/actes_transac_post_confirm_api.php': door.confirm,
    '/modules/actes/actes_transac_post_confirm_api_multi.php': door.confirm,
  }

  const expected = `Basic ${Buffer.from(`${ACCOUNT.login}:${ACCOUNT.motDePasse}`).toString('base64')}`
  const isKnown = ({ headers, clientName }: SimRequest): boolean =>
    known && clientName === 'Ville de Démonstration' && (!options.login || headers['authorization'] === expected)

  const server = await startSimServer({
    charset: 'latin1',
    tls: { ...(options.server ?? serverOf(authority)), clientAuthority: authority.certificate },
    ...(options.port === undefined ? {} : { port: options.port }),
    handler: request => {
      const page = browsed[request.path]
      if (page) return page(request)
      if (!isKnown(request))
        return /get_status|get_files_list|helios/u.test(request.path)
          ? ko("Échec de l'authentification")
          : redirect('/connexion-status')
      return pages[request.path]?.(request) ?? { status: 404, body: 'Not Found' }
    },
  })

  const chosen = (id: string | undefined): SimTransaction => {
    const transaction = id === undefined ? transactions.at(-1) : find(id)
    if (!transaction) throw new Error(`No transaction ${id ?? 'at all'} in the simulator.`)
    return transaction
  }
  const advance = (): void => {
    transactions.forEach(step)
    helios.step()
  }
  const stop = stepEvery(options.progress, advance)

  return {
    url: server.url,
    authority,
    config: {
      url: server.url,
      certificat: client.pfx,
      certificatMotDePasse: client.passphrase,
      autorite: Buffer.from(authority.certificate),
      ...(options.login ? ACCOUNT : {}),
    },
    faults: server.faults,
    transactions,
    helios,
    count: kind => {
      if (kind === 'pes') return helios.sent.length
      if (kind === 'pes retour non lu') return helios.unread()
      if (kind === 'réponse') return transactions.filter(({ answer }) => answer).length
      if (kind === 'acte') return transactions.filter(({ type }) => type === 1).length
      if (kind === 'annulation') return transactions.filter(({ type }) => type === 6).length
      return kind === 'courrier non lu' ? unreadOf(transactions).length : 0
    },
    acknowledge: id => {
      const transaction = chosen(id)
      while (codeOf(transaction) >= 1 && codeOf(transaction) <= 3) step(transaction)
    },
    step: id => step(chosen(id)),
    anomaly: (message, id) => {
      const transaction = chosen(id)
      transaction.message = message
      enter(transaction, -1)
    },
    refuse: id => enter(chosen(id), 6),
    confirm: id => void post(String(chosen(id).id)),
    setState: (code, id) => enter(chosen(id), code),
    prefectureLetter: (type, { about } = {}) => {
      const acte = about === undefined ? undefined : find(about)
      const letter = add(
        {
          type,
          number: acte?.number ?? '',
          subject: '',
          date: localDay(new Date()),
          nature: acte?.nature ?? '6',
          classification: '',
          related: about === undefined ? undefined : Number(about),
          files: [
            {
              id: (lastId += 1),
              name: `lettre-${type}-1_0.xml`,
              posted: '',
              mimetype: 'text/xml',
              type: '',
              content: Buffer.from('<actes/>'),
            },
            {
              id: (lastId += 1),
              name: `lettre-${type}-1_1.pdf`,
              posted: '',
              mimetype: 'application/pdf',
              type: '',
              content: Buffer.from('%PDF-1.4\n%%EOF\n'),
            },
          ],
        },
        type === 3 || type === 4 ? 7 : 21,
      )
      return String(letter.id)
    },
    changeClassification: date => {
      classificationDate = date
    },
    revokeAccount: () => {
      known = false
    },
    close: async () => {
      stop()
      await server.close()
    },
  }
}
