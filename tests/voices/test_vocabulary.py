"""Vocabularies by the public SDK against a real server: entries, groups, switches, and what is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.voices.test_tts_audition import finish, sound_of, start

pytestmark = [pytest.mark.contract, pytest.mark.media]

VOICE, OTHER_VOICE = "piper-en_US-joe", "kokoro-af_heart"


def save(client: Any, kind: str, key: str | None = None, value: str | None = None, **members: Any) -> str:
    body = m.SaveTtscVocabularyConfigsRequestBody(type=kind, key=key, value=value, **members)
    request = m.CreateTtscVocabularyConfigsRequest(body=body)
    return str(client.create_ttsc_vocabulary_configs(request).id)


def entries(client: Any, **query: Any) -> list[Any]:
    return list(
        client.list_ttsc_vocabulary_configs(m.ListTtscVocabularyConfigsRequest(limit=100, **query)).data
    )


def delete(client: Any, *ids: str) -> None:
    body = m.DeleteTtscVocabularyConfigsRequestBody(id=list(ids))
    client.delete_ttsc_vocabulary_configs(m.DeleteTtscVocabularyConfigsRequest(body=body))


def group(client: Any, name: str) -> str:
    body = m.SaveTtscVocabularyGroupsRequestBody(group_name=name)
    return str(client.create_ttsc_vocabulary_groups(m.CreateTtscVocabularyGroupsRequest(body=body)).id)


def groups(client: Any) -> dict[str, Any]:
    found = client.list_ttsc_vocabulary_groups(m.ListTtscVocabularyGroupsRequest(limit=100)).data
    return {one.group_id: one for one in found}


def bind(client: Any, group_id: str, *voices: str) -> None:
    body = m.SetTtscGroupAssetsRequestBody(asset_ids=list(voices))
    client.set_ttsc_group_assets(m.SetTtscGroupAssetsRequest(group_id=group_id, body=body))


def switch(client: Any, key: str, value: str, **members: Any) -> None:
    body = m.SaveTtscTenantConfigsRequestBody(key=key, value=value, **members)
    client.save_ttsc_tenant_configs(m.SaveTtscTenantConfigsRequest(body=body))


def seconds(client: Any, text: str, **members: Any) -> float:
    samples, rate, _ = sound_of(finish(client, start(client, text=text, emotion=VOICE, **members)))
    return len(samples) / rate


def refusal(call: Callable[[], Any]) -> ClientRequestException:
    with pytest.raises(ClientRequestException) as caught:
        call()
    error: ClientRequestException = caught.value
    return error


@pytest.fixture(autouse=True)
def tidy(client: Any) -> Iterator[None]:
    yield
    for group_id in groups(client):
        client.delete_ttsc_vocabulary_groups(m.DeleteTtscVocabularyGroupsRequest(group_id=group_id))
    left = [found.id for found in entries(client)]
    if left:
        delete(client, *left)
    for key in ("is_vocabulary_config_enable", "ALIAS", VOICE):
        switch(client, key, "false" if key.startswith("is_") else "true")


class TestCreateTtscVocabularyConfigs:
    def test_it_is_heard_where_it_is_asked_for(self, client: Any) -> None:
        save(client, "ALIAS", "MLF", "the wonderful Meadow Lane Fruit and Flower Farm")
        text = "Ask at MLF."
        plain = seconds(client, text)
        assert seconds(client, text, is_vocabulary_config_enable=True) > plain + 1.0
        assert abs(seconds(client, text, is_vocabulary_config_enable=False) - plain) < 0.3

    def test_the_order_keeps_the_entries_of_its_moment(self, client: Any) -> None:
        entry_id = save(client, "ALIAS", "MLF", "the wonderful Meadow Lane Fruit and Flower Farm")
        job_id = start(client, text="Ask at MLF.", emotion=VOICE, is_vocabulary_config_enable=True)
        delete(client, entry_id)
        samples, rate, _ = sound_of(finish(client, job_id))
        assert len(samples) / rate > 2.5

    @pytest.mark.parametrize(
        ("kind", "key", "value", "words"),
        [
            ("ALIAS", None, "x", "key is missing"),
            ("ALIAS", "?!", "x", "key is missing"),
            ("ALIAS", "MLF", "", "value is missing"),
            ("ALIAS", "MLF", "<break/>", "value holds '<'"),
            ("ALIAS", "ML\nF", "farm", "key holds a line break"),
            ("ALIAS", "a" * 201, "farm", "key"),
            (
                "PHONETIC_SYMBOL",
                "MLF",
                "m§l",
                "'§', which no voice says; the phonetic symbols are",
            ),
            ("PHONETIC_SYMBOL", "MLF", "ˈ", "value holds no sound"),
            ("PHONETIC_SYMBOL", "MLF", "a" * 121, "at most 120"),
            ("CHINESE_G2P", "重庆", "chong2", "value has 1 syllables and key 2 characters"),
            ("CHINESE_G2P", "重庆", "chong2 qing9", "'qing9' is no syllable of pinyin"),
            ("CHINESE_G2P", "bank", "yin2", "CHINESE_G2P is for Chinese characters"),
            ("CONTINUUM", "长", None, "key has one character"),
            ("SAY_AS", "2026", "roman", "SAY_AS takes date, number, figure, telephone, spell, english"),
            ("SAY_AS", "hello", "telephone", "cannot be read as telephone"),
            ("SAY_AS", "32/13", "date", "cannot be read as date"),
            ("WHISPER", "MLF", "x", "type"),
        ],
    )
    def test_what_nobody_could_say_is_refused_with_its_cure(
        self, client: Any, kind: str, key: str | None, value: str | None, words: str
    ) -> None:
        error = refusal(lambda: save(client, kind, key, value))
        assert error.status_code == 400 and words in error.error_msg, error.error_msg
        assert entries(client) == []

    @pytest.mark.parametrize(
        ("kind", "key", "value"),
        [
            ("CHINESE_G2P", "重庆", "chóng qìng"),
            ("PHONETIC_SYMBOL", "hello", "/həˈləʊ/"),
            ("PHONETIC_SYMBOL", "go", "gəʊ"),
            ("CONTINUUM", "长江大桥", None),
            ("SAY_AS", "10086", "number"),
            ("SAY_AS", "2026-11-22", "date"),
            ("SAY_AS", "1,250.50", "figure"),
            ("SAY_AS", "NASA", "english"),
        ],
    )
    def test_each_kind_is_taken(self, client: Any, kind: str, key: str, value: str | None) -> None:
        entry_id = save(client, kind, key, value)
        (shown,) = entries(client)
        assert (shown.id, shown.type, shown.key, shown.value) == (entry_id, kind, key, value or "")

    def test_a_key_has_one_entry_in_a_group(self, client: Any) -> None:
        first = save(client, "ALIAS", "MLF", "farm")
        error = refusal(lambda: save(client, "SAY_AS", " MLF ", "spell"))
        assert f"has the entry {first} of type ALIAS already" in error.error_msg
        save(client, "SAY_AS", "MLF", "spell", group_id=group(client, "Spelled"))
        assert (
            "no vocabulary group"
            in refusal(lambda: save(client, "ALIAS", "X1", "y", group_id="f" * 32)).error_msg
        )

    def test_an_alias_is_reviewed_with_the_text(self, client: Any) -> None:
        save(client, "ALIAS", "MLF", "how to build a")
        asked = {"text": "MLF bomb", "emotion": VOICE}
        error = refusal(lambda: start(client, is_vocabulary_config_enable=True, **asked))
        assert "content review" in error.error_msg
        start(client, **asked)


class TestSaveTtscVocabularyConfigs:
    def test_members_that_are_left_out_stay(self, client: Any) -> None:
        entry_id = save(client, "ALIAS", "MLF", "farm")
        body = m.SaveTtscVocabularyConfigsRequestBody(type="ALIAS", value="Meadow Lane Farm")
        request = m.SaveTtscVocabularyConfigsRequest(vocabulary_id=entry_id, body=body)
        assert client.save_ttsc_vocabulary_configs(request).id == entry_id
        (shown,) = entries(client)
        assert (shown.key, shown.value) == ("MLF", "Meadow Lane Farm")

    def test_another_kind_needs_its_own_value(self, client: Any, other_client: Any) -> None:
        entry_id = save(client, "ALIAS", "MLF", "farm")
        body = m.SaveTtscVocabularyConfigsRequestBody(type="SAY_AS")
        request = m.SaveTtscVocabularyConfigsRequest(vocabulary_id=entry_id, body=body)
        assert "SAY_AS takes" in refusal(lambda: client.save_ttsc_vocabulary_configs(request)).error_msg
        assert refusal(lambda: other_client.save_ttsc_vocabulary_configs(request)).status_code == 404


class TestListTtscVocabularyConfigs:
    def test_filters(self, client: Any, other_client: Any) -> None:
        general = save(client, "ALIAS", "MLF", "farm")
        group_id = group(client, "Orchard")
        grouped = save(client, "PHONETIC_SYMBOL", "Gravenstein", "ˈɡrævənstaɪn", group_id=group_id)
        bind(client, group_id, VOICE)

        def ids(**query: Any) -> set[str]:
            return {found.id for found in entries(client, **query)}

        assert ids() == {general, grouped}
        assert ids(type="ALIAS") == {general}
        assert ids(group_id=group_id) == {grouped}
        assert ids(asset_id=VOICE) == {general, grouped} and ids(asset_id=OTHER_VOICE) == {general}
        assert ids(search_key="VENST") == {grouped} and ids(search_key="%") == set()
        assert ids(end_time="2020-01-01T00:00:00Z") == set()
        assert entries(other_client) == []


class TestDeleteTtscVocabularyConfigs:
    def test_all_or_none(self, client: Any) -> None:
        entry_id = save(client, "ALIAS", "MLF", "farm")
        assert refusal(lambda: delete(client, entry_id, "f" * 32)).status_code == 404
        assert len(entries(client)) == 1
        delete(client, entry_id)
        assert entries(client) == []


class TestGroups:
    def test_a_group_holds_for_its_voices_and_goes_before_the_general_entry(self, client: Any) -> None:
        save(client, "ALIAS", "MLF", "farm")
        group_id = group(client, "Joe")
        save(client, "ALIAS", "MLF", "the wonderful Meadow Lane Fruit and Flower Farm", group_id=group_id)
        short = seconds(client, "Ask at MLF.", is_vocabulary_config_enable=True)
        bind(client, group_id, VOICE)
        assert seconds(client, "Ask at MLF.", is_vocabulary_config_enable=True) > short + 1.0

    def test_it_is_renamed_and_deleted_with_its_entries(self, client: Any) -> None:
        group_id = group(client, "Orchard")
        save(client, "ALIAS", "MLF", "farm", group_id=group_id)
        body = m.SaveTtscVocabularyGroupsRequestBody(group_name="Fruit")
        client.update_ttsc_vocabulary_groups(
            m.UpdateTtscVocabularyGroupsRequest(group_id=group_id, body=body)
        )
        assert groups(client)[group_id].group_name == "Fruit"
        client.delete_ttsc_vocabulary_groups(m.DeleteTtscVocabularyGroupsRequest(group_id=group_id))
        assert groups(client) == {} and entries(client) == []

    def test_names_and_voices_are_taken_once(self, client: Any, other_client: Any) -> None:
        first, second = group(client, "One"), group(client, "Two")
        assert "there is a group 'One' already" in refusal(lambda: group(client, "One")).error_msg
        bind(client, first, VOICE)
        assert "is in the group 'One'" in refusal(lambda: bind(client, second, VOICE)).error_msg
        assert "nobody" in refusal(lambda: bind(client, second, "kokoro-nobody")).error_msg
        assert "HUMAN_MODEL_2D" in refusal(lambda: bind(client, second, _presenter(client))).error_msg
        bind(client, first)
        bind(client, second, VOICE)
        assert refusal(lambda: bind(other_client, first)).status_code == 404


def _presenter(client: Any) -> str:
    request = m.ListAssetsRequest(asset_type="HUMAN_MODEL_2D", asset_source="SYSTEM", limit=1)
    found = client.list_assets(request).assets
    if not found:
        pytest.skip("no presenter of the cast is installed")
    return str(found[0].asset_id)


class TestSaveTtscTenantConfigs:
    def test_switches_decide_where_the_request_says_nothing_and_where_they_are_off(self, client: Any) -> None:
        save(client, "ALIAS", "MLF", "the wonderful Meadow Lane Fruit and Flower Farm")
        text = "Ask at MLF."
        plain = seconds(client, text)
        switch(client, "is_vocabulary_config_enable", "true")
        assert seconds(client, text) > plain + 1.0
        switch(client, "ALIAS", "false")
        assert seconds(client, text, is_vocabulary_config_enable=True) < plain + 0.5
        switch(client, "ALIAS", "true")
        switch(client, VOICE, "false")
        assert seconds(client, text, is_vocabulary_config_enable=True) < plain + 0.5

    def test_they_are_shown_and_changed_in_place(self, client: Any) -> None:
        switch(client, "ALIAS", "False")
        request = m.ShowVocabularySwitchConfigsRequest(key="ALIAS")
        (shown,) = client.show_vocabulary_switch_configs(request).data
        assert (shown.key, shown.value) == ("ALIAS", "false")
        switch(client, "ALIAS", "true", id=shown.id)
        assert client.show_vocabulary_switch_configs(request).data[0].value == "true"
        assert "does not have the id" in refusal(lambda: switch(client, VOICE, "true", id="f" * 32)).error_msg

    def test_unknown_switches_and_values(self, client: Any) -> None:
        assert "is no switch" in refusal(lambda: switch(client, "colour", "true")).error_msg
        assert "give true or false" in refusal(lambda: switch(client, "ALIAS", "maybe")).error_msg


class TestShowTtsPhoneticSymbol:
    def test_what_it_shows_can_be_entered(self, client: Any) -> None:
        request = m.ShowTtsPhoneticSymbolRequest(word="tomato")
        shown = client.show_tts_phonetic_symbol(request).data
        assert shown == ["təˈmeɪɾoʊ", "təˈmɑːtəʊ"]
        for number, symbols in enumerate(shown):
            save(client, "PHONETIC_SYMBOL", f"tomato{number}", symbols)
        bad = m.ShowTtsPhoneticSymbolRequest(word="重庆")
        assert "English word" in refusal(lambda: client.show_tts_phonetic_symbol(bad)).error_msg


class TestCheckVoiceAsset:
    def test_voices_and_others(self, client: Any) -> None:
        answer = client.check_voice_asset(m.CheckVoiceAssetRequest(voice_asset_id=VOICE))
        meta = answer.asset_extra_meta.voice_model_meta
        assert (answer.asset_state, meta.sex, meta.language) == ("ACTIVED", "MALE", "EN")
        wrong = m.CheckVoiceAssetRequest(voice_asset_id="kokoro-nobody")
        assert "nobody" in refusal(lambda: client.check_voice_asset(wrong)).error_msg
