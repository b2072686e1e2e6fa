import { PDFDocument, StandardFonts, type PDFFont } from 'pdf-lib'

const A4: [number, number] = [595.28, 841.89]
const MARGIN = 64
const LINE = 16

const wrap = (text: string, font: PDFFont, size: number, width: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word
    if (line && font.widthOfTextAtSize(longer, size) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line ? [...lines, line] : lines
}

export interface Deliberation {
  readonly numero: string
  readonly objet: string
  /** `YYYY-MM-DD` */
  readonly date: string
}

const frenchDay = (date: string) =>
  new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T12:00:00Z`))

const paragraphs = ({ numero, objet, date }: Deliberation): readonly string[] => [
  'RÉPUBLIQUE FRANÇAISE',
  'Ville de Démonstration - Département de l’Hérault',
  `EXTRAIT DU REGISTRE DES DÉLIBÉRATIONS - séance du ${frenchDay(date)}`,
  `Délibération n° ${numero}`,
  `Objet : ${objet}`,
  'L’an deux mille vingt-six, le conseil municipal, légalement convoqué, s’est réuni à l’hôtel de ville sous la présidence de Madame la maire. Nombre de conseillers en exercice : 33. Présents : 29. Procurations : 3. Absente excusée : 1.',
  'Vu le code général des collectivités territoriales, notamment ses articles L. 2121-29 et L. 2131-1 ;',
  'Vu l’avis favorable de la commission « Finances, marchés et affaires générales » ;',
  'Considérant qu’il y a lieu de créer une passerelle piétonne sur la rivière, attendue par les habitants du quartier de l’Écluse, pour un coût prévisionnel de 412 500 € hors taxes, dont l’œuvre d’éclairage ;',
  ...Array.from(
    { length: 24 },
    (_, index) =>
      `Article ${index + 1}. Le conseil municipal approuve le lot n° ${index + 1} de l’opération, tel qu’il est décrit au dossier annexé, et autorise Madame la maire à signer les pièces nécessaires à son exécution, à solliciter les subventions les plus élevées possible et à imputer la dépense au budget principal, chapitre ${20 + (index % 4)}.`,
  ),
  'Délibération adoptée à l’unanimité. Fait et délibéré les jour, mois et an susdits.',
]

/** A délibération of several pages, with the accents, quotes, œ and € that break what is not ready for French. */
export const deliberationPdf = async (deliberation: Deliberation): Promise<Uint8Array> => {
  const pdf = await PDFDocument.create()
  pdf.setTitle(`Délibération ${deliberation.numero} : ${deliberation.objet}`)
  pdf.setLanguage('fr-FR')
  const font = await pdf.embedFont(StandardFonts.TimesRoman)
  let page = pdf.addPage(A4)
  let y = A4[1] - MARGIN
  for (const paragraph of paragraphs(deliberation)) {
    for (const line of wrap(paragraph, font, 11.5, A4[0] - 2 * MARGIN)) {
      if (y < MARGIN) {
        page = pdf.addPage(A4)
        y = A4[1] - MARGIN
      }
      page.drawText(line, { x: MARGIN, y, size: 11.5, font })
      y -= LINE
    }
    y -= LINE / 2
  }
  const count = pdf.getPageCount()
  pdf
    .getPages()
    .forEach((each, index) =>
      each.drawText(`${index + 1} / ${count}`, { x: A4[0] / 2 - 12, y: MARGIN / 2, size: 9, font }),
    )
  return pdf.save()
}
