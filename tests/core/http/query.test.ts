// The query of a request: its values as they were sent, and no more of them than a route can want.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { queryOf } from "../../../core/http/query.ts";
import { httpFixture } from "./http-fixture.ts";

describe("the query of a request", () => {
  it("has values by name, and a list where a name comes again", () => {
    assert.deepEqual(queryOf("a=1&b=two%20words&a=3&a=&c"), { a: ["1", "3", ""], b: "two words", c: "" });
    assert.deepEqual(queryOf(""), {});
  });

  it("has names that mean something elsewhere as mere values", () => {
    const query = queryOf("__proto__=x&constructor=y&toString=z");
    assert.deepEqual(Object.keys(query), ["__proto__", "constructor", "toString"]);
    assert.equal(Object.getPrototypeOf(query), Object.prototype);
  });

  it("of more than a hundred parameters is refused before they are looked at, of one name and of many", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    for (const query of [
      Array.from({ length: 7_000 }, () => "a").join("&"),
      Array.from({ length: 101 }, (_, at) => `a${at}=1`).join("&"),
    ]) {
      const answer = await ask(`/api/v1/cameras?${query}`, { token });
      assert.equal(answer.status, 422);
      assert.equal(answer.json["code"], "NJ_REQUEST_INVALID");
      assert.match(String(answer.json["detail"]), /more than 100 parameters/);
    }
  });
});
