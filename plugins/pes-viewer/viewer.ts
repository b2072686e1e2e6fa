import {
  html,
  openPj,
  readAcquit,
  UnreadableXml,
  verifyPesSignatures,
  type FileViewer,
  type PesPj,
  type View,
  type ViewRequest,
} from '#core'
import { readContent, within, type Window } from './content.ts'
import { readItem } from './item.ts'
import { ROOTS } from './labels.ts'
import { acquitPage } from './pages/acquit.ts'
import { contentPage, PAGE } from './pages/content.ts'
import { detailTitle, itemPage, PIECES } from './pages/item.ts'

const numberIn = (text: string | undefined): number => (/^[1-9]\d{0,8}$/u.test(text ?? '') ? Number(text) : 1)
const windowOf = (page: number, size: number): Window => ({ first: (page - 1) * size + 1, last: page * size })
const NOTHING: Window = { first: 0, last: -1 }

const sorry = (title: string, sentence: string): View => ({
  is: 'page',
  title,
  status: 422,
  content: html`<section><p class="bad">${sentence}</p></section>`,
})

const wholePage = async ({ file, open, query }: ViewRequest): Promise<View> => {
  const asked = { page: numberIn(query['page']), pjPage: numberIn(query['pjs']) }
  const pjs = windowOf(asked.pjPage, PAGE)
  const content = await readContent(open(), {
    items: windowOf(asked.page, PAGE),
    pjs: ({ rank }) => within(pjs, rank),
  })
  const verification = content.signatureCount > 0 ? await verifyPesSignatures(open, { size: file.size }) : undefined
  return { is: 'page', title: ROOTS[content.root] ?? content.root, content: contentPage(content, asked, verification) }
}

const oneItem = async ({ open, query }: ViewRequest): Promise<View> => {
  const rank = numberIn(query['element'])
  const page = numberIn(query['page'])
  const detail = await readItem(open(), rank, windowOf(page, PIECES))
  if (!detail) return sorry('Élément absent', `Le fichier n’a pas d’élément n° ${rank} : revenez à sa première page.`)
  return { is: 'page', title: detailTitle(detail), content: itemPage(detail, { rank, page }) }
}

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/u

/** By its rank or by its identifier; the file is read once to find it, once to send it. */
const onePj = async ({ open }: ViewRequest, isIt: (pj: PesPj) => boolean): Promise<View> => {
  let found: PesPj | undefined
  await readContent(open(), {
    items: NOTHING,
    pjs(pj) {
      if (isIt(pj)) found ??= pj
      return false
    },
  })
  const pj = found
  if (!pj)
    return sorry(
      'Pièce justificative absente',
      'Cette pièce justificative est citée mais n’est pas dans ce fichier : elle a pu être transmise par un autre PES.',
    )
  return {
    is: 'file',
    name: pj.name || `piece-${pj.rank}`,
    type: MEDIA_TYPE.test(pj.mediaType) ? pj.mediaType : 'application/octet-stream',
    open: () => openPj(open(), pj),
  }
}

const acquit = async ({ open, query }: ViewRequest): Promise<View> => {
  const read = await readAcquit(open())
  const title = ROOTS[read.kind === 'acquit' ? 'PES_ACQUIT' : 'PES_NonAcquit'] ?? ''
  return { is: 'page', title, content: acquitPage(read, numberIn(query['page'])) }
}

const viewOf = async (asked: ViewRequest): Promise<View> => {
  const { query } = asked
  if (asked.root === 'PES_ACQUIT' || asked.root === 'PES_NonAcquit') return acquit(asked)
  if (query['pj'] !== undefined) return onePj(asked, ({ rank }) => rank === numberIn(query['pj']))
  if (query['piece'] !== undefined) return onePj(asked, ({ idUnique }) => idUnique === query['piece'])
  return query['element'] === undefined ? wholePage(asked) : oneItem(asked)
}

/** The readable view of a PES, going or coming back. */
export const pesViewer: FileViewer = {
  id: 'pes',
  label: 'Voir le PES',
  types: ['application/xml'],
  roots: ['PES_Aller', 'PES_Retour', 'PES_ACQUIT', 'PES_NonAcquit'],
  async show(asked) {
    try {
      return await viewOf(asked)
    } catch (error) {
      if (!(error instanceof UnreadableXml)) throw error
      return sorry(
        'PES illisible',
        `Le fichier « ${asked.file.name} » ne peut pas être montré : ce n’est pas un PES, ou son XML est incorrect. ` +
          'Téléchargez-le pour l’examiner, et redemandez-le au logiciel qui l’a produit.',
      )
    }
  },
}
