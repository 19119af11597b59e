import { Message } from "../../../ui/Message";

export default function InventoryPart() {
  return (
    <Message title="Data inventory">
      <p>Being built.</p>
    </Message>
  );
}
