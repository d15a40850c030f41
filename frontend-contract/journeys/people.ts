/** Who plays: a patient with a phone, and how a refusal is looked at. */
import { ApiError, createMiniProgramClient, unwrap, type MiniProgramClient } from "../miniprogram/client.js";
import { present } from "./steps.js";
import { somebody, type Phones, type Settings, type Staff } from "./world.js";

/** Someone whom the window files, and who then opens the mini-program. */
export class Patient {
  readonly person = somebody();
  id = "";
  openid = "";
  private token: string | null = null;
  readonly api: MiniProgramClient;

  constructor(
    settings: Settings,
    private readonly phones: Phones,
    private readonly staff: Staff,
  ) {
    this.api = createMiniProgramClient({ baseUrl: settings.base_url, token: () => this.token });
  }

  async beFiled(hospital: string): Promise<void> {
    const clerk = await this.staff.as("clerk");
    const { card_number, ...person } = this.person;
    this.id = (await unwrap(clerk.POST("/api/admin/v1/patients", { body: { ...person, hospital_id: hospital } }))).id;
    const path = { patient_id: this.id };
    await unwrap(clerk.POST("/api/admin/v1/patients/{patient_id}/cards", { params: { path }, body: { card_number } }));
  }

  async signIn(): Promise<void> {
    this.openid = await this.phones.user(this.person.phone);
    const code = await this.phones.loginCode(this.openid);
    this.token = (await unwrap(this.api.POST("/api/miniprogram/v1/auth/wechat", { body: { code } }))).token;
  }

  bind(hospital: string, other: { name?: string; card_number?: string } = {}) {
    const { name, national_id, phone, address, card_number } = { ...this.person, ...other };
    return unwrap(
      this.api.POST("/api/miniprogram/v1/cards/bindings", {
        body: { hospital_id: hospital, name, national_id, phone, address, card_number, relationship: "self" },
      }),
    );
  }

  book(slot: string, kind: "advance" | "same_day", key: string) {
    const header = { "Idempotency-Key": key };
    return unwrap(
      this.api.POST("/api/miniprogram/v1/appointments", { params: { header }, body: { slot_id: slot, kind } }),
    );
  }

  slots(session: string) {
    return unwrap(this.api.GET("/api/miniprogram/v1/booking/slots", { params: { query: { session_id: session } } }));
  }

  async freeSlot(session: string) {
    return present((await this.slots(session)).find((slot) => slot.remaining > 0), "a time with a number left");
  }

  async position(appointment: string): Promise<number | null> {
    const path = { id: appointment };
    const found = await unwrap(
      this.api.GET("/api/miniprogram/v1/appointments/{id}/queue", { params: { path } }),
    );
    return found.position;
  }
}

/** The code of the refusal of a call that must be refused. */
export async function refused(call: Promise<unknown>): Promise<{ status: number; code: string; detail: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) {
      const { status, code, detail } = error.problem;
      return { status, code, detail };
    }
    throw error;
  }
  throw new Error("expected a refusal");
}
