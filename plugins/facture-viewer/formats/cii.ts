import { at, childrenOf, type XmlElement } from '#core'
import type { FactureLisible, Partie } from '../facture.ts'
import { contentsOf } from '../lean.ts'
import { chacun, ensemble, jour, moyen, nature, nomIdentifiant, texte } from './read.ts'

const partie = (role: string, party: XmlElement | undefined): Partie => {
  const address = at(party, 'PostalTradeAddress')
  const legal = at(party, 'SpecifiedLegalOrganization', 'ID')
  return {
    role,
    nom: texte(party, 'Name') ?? '',
    lignes: [
      [nomIdentifiant(legal?.attributes['schemeID']), legal?.text],
      ...[...childrenOf(party, 'GlobalID'), ...childrenOf(party, 'ID')].map(
        id => [nomIdentifiant(id.attributes['schemeID']), id.text] as const,
      ),
      ['TVA', texte(party, 'SpecifiedTaxRegistration', 'ID')],
      [
        'Adresse',
        ensemble(
          texte(address, 'LineOne'),
          texte(address, 'LineTwo'),
          texte(address, 'PostcodeCode'),
          texte(address, 'CityName'),
          texte(address, 'CountryID'),
        ),
      ],
      ['Contact', texte(party, 'DefinedTradeContact', 'PersonName')],
    ],
  }
}

/** An invoice in CII (D16B), alone or carried by a Factur-X (formats/factures.md §4 and §5). */
export const factureCii = (root: XmlElement): FactureLisible => {
  const ranks = contentsOf(root)
  const head = at(root, 'ExchangedDocument')
  const context = at(root, 'ExchangedDocumentContext')
  const trade = at(root, 'SupplyChainTradeTransaction')
  const agreement = at(trade, 'ApplicableHeaderTradeAgreement')
  const settlement = at(trade, 'ApplicableHeaderTradeSettlement')
  const total = at(settlement, 'SpecifiedTradeSettlementHeaderMonetarySummation')
  const means = at(settlement, 'SpecifiedTradeSettlementPaymentMeans')
  return {
    format: 'Facture CII',
    titre: `${nature(texte(head, 'TypeCode'))} ${texte(head, 'ID') ?? ''}`.trim(),
    devise: texte(settlement, 'InvoiceCurrencyCode') ?? 'EUR',
    entete: [
      ['Numéro', texte(head, 'ID')],
      ['Date', jour(texte(head, 'IssueDateTime', 'DateTimeString'))],
      ['Échéance', jour(texte(settlement, 'SpecifiedTradePaymentTerms', 'DueDateDateTime', 'DateTimeString'))],
      ['Cadre de facturation', texte(context, 'BusinessProcessSpecifiedDocumentContextParameter', 'ID')],
      ['Profil', texte(context, 'GuidelineSpecifiedDocumentContextParameter', 'ID')],
      ['Code du service', texte(agreement, 'BuyerReference')],
      ['Engagement', texte(agreement, 'BuyerOrderReferencedDocument', 'IssuerAssignedID')],
      ['Marché', texte(agreement, 'ContractReferencedDocument', 'IssuerAssignedID')],
      ['Facture d’origine', texte(settlement, 'InvoiceReferencedDocument', 'IssuerAssignedID')],
      [
        'Livraison',
        jour(
          texte(
            trade,
            'ApplicableHeaderTradeDelivery',
            'ActualDeliverySupplyChainEvent',
            'OccurrenceDateTime',
            'DateTimeString',
          ),
        ),
      ],
    ],
    parties: [
      partie('Fournisseur', at(agreement, 'SellerTradeParty')),
      partie('Destinataire', at(agreement, 'BuyerTradeParty')),
      ...chacun(settlement, 'PayeeTradeParty', each => partie('Bénéficiaire', each)),
    ],
    lignes: chacun(trade, 'IncludedSupplyChainTradeLineItem', line => ({
      designation: texte(line, 'SpecifiedTradeProduct', 'Name') ?? '',
      reference: texte(line, 'SpecifiedTradeProduct', 'SellerAssignedID') ?? '',
      quantite: texte(line, 'SpecifiedLineTradeDelivery', 'BilledQuantity') ?? '',
      prixUnitaire: texte(line, 'SpecifiedLineTradeAgreement', 'NetPriceProductTradePrice', 'ChargeAmount') ?? '',
      montantHt:
        texte(
          line,
          'SpecifiedLineTradeSettlement',
          'SpecifiedTradeSettlementLineMonetarySummation',
          'LineTotalAmount',
        ) ?? '',
      taux: texte(line, 'SpecifiedLineTradeSettlement', 'ApplicableTradeTax', 'RateApplicablePercent') ?? '',
    })),
    tva: chacun(settlement, 'ApplicableTradeTax', each => ({
      taux: texte(each, 'RateApplicablePercent') ?? '',
      base: texte(each, 'BasisAmount') ?? '',
      montant: texte(each, 'CalculatedAmount') ?? '',
      motif: texte(each, 'ExemptionReason') ?? '',
    })),
    totaux: {
      lignes: texte(total, 'LineTotalAmount'),
      ht: texte(total, 'TaxBasisTotalAmount'),
      tva: texte(total, 'TaxTotalAmount'),
      ttc: texte(total, 'GrandTotalAmount'),
      acompte: texte(total, 'TotalPrepaidAmount'),
      net: texte(total, 'DuePayableAmount'),
    },
    paiement: [
      ['Mode', moyen(texte(means, 'TypeCode'))],
      ['IBAN', texte(means, 'PayeePartyCreditorFinancialAccount', 'IBANID')],
      ['BIC', texte(means, 'PayeeSpecifiedCreditorFinancialInstitution', 'BICID')],
      ['Référence', texte(settlement, 'PaymentReference')],
      ['Conditions', texte(settlement, 'SpecifiedTradePaymentTerms', 'Description')],
    ],
    notes: chacun(head, 'IncludedNote', each => texte(each, 'Content') ?? ''),
    pieces: chacun(agreement, 'AdditionalReferencedDocument', each => {
      const content = at(each, 'AttachmentBinaryObject')
      return {
        nom: content?.attributes['filename'] ?? texte(each, 'IssuerAssignedID') ?? 'piece-jointe',
        type: content?.attributes['mimeCode'] ?? '',
        description: texte(each, 'Name') ?? texte(each, 'URIID') ?? '',
        rang: content && ranks.get(content),
      }
    }),
  }
}
