export { listDrift as schemaDrift } from '../events/list-drift';
export { listErrors as schemaErrors } from '../events/list-errors';
export {
  type ExplainedMatch,
  type ExplainSignatureInput,
  explainSignature,
  type SignatureExplanation,
  type SignedForm,
  type TriedSignature,
} from '../signatures/explain/explain-signature';
export { type DeepPartial, examplePayload } from './example-payload';
export { type JournalContractOptions, journalContract } from './journal-contract';
export { type QueueContractOptions, type QueueUnderTest, queueContract } from './queue-contract';
export { type SignDeliveryInput, type SignedDelivery, signDelivery } from './sign-delivery';
export { type ContractCase, type StoreContractOptions, storeContract } from './store-contract';
