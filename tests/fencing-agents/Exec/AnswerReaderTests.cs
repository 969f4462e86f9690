namespace Cluster.Fencing.Exec.Tests;

public sealed class AnswerReaderTests
{
    [Theory]
    [InlineData(0, "Status: ON", "", PowerState.On)]
    [InlineData(0, "", "", PowerState.On)]
    [InlineData(2, "Status: OFF", "", PowerState.Off)]
    [InlineData(2, "Status: OFF", "2024-01-01 WARNING: slow device", PowerState.Off)]
    [InlineData(2, "", "", PowerState.Off)]
    [InlineData(2, "", "python3: can't open file", PowerState.Unknown)]
    [InlineData(2, "Status: ON", "", PowerState.Unknown)]
    [InlineData(0, "Status: OFF", "", PowerState.Unknown)]
    [InlineData(1, "Status: OFF", "", PowerState.Unknown)]
    [InlineData(137, "", "", PowerState.Unknown)]
    public void Status_proves_a_state_only_when_code_and_words_agree(int code, string output, string error, PowerState expected) =>
        Assert.Equal(expected, AnswerReader.Power(new AgentAnswer(code, output, error)));

    [Theory]
    [InlineData(1, "Unable to connect/login to fencing device", FenceFailure.Device)]
    [InlineData(1, "RAKP 2 HMAC is invalid: password verification failed", FenceFailure.Authentication)]
    [InlineData(1, "Insufficient privilege level", FenceFailure.Privilege)]
    [InlineData(1, "Connection refused", FenceFailure.Unreachable)]
    [InlineData(1, "Connection timed out", FenceFailure.Unreachable)]
    [InlineData(1, "", FenceFailure.Device)]
    [InlineData(3, "", FenceFailure.Authentication)]
    [InlineData(5, "", FenceFailure.TimedOut)]
    [InlineData(7, "", FenceFailure.StillOn)]
    [InlineData(11, "", FenceFailure.Privilege)]
    [InlineData(127, "", FenceFailure.Configuration)]
    public void A_failure_is_told_by_words_first_and_by_code_else(int code, string error, FenceFailure expected) =>
        Assert.Equal(expected, AnswerReader.Failure(new AgentAnswer(code, "", error)));

    [Fact]
    public void An_agents_own_error_is_shown_without_its_interpreters_warnings()
    {
        var answer = new AgentAnswer(1, "", "x.py:5: DeprecationWarning: old\n2024 ERROR: no such plug\n");
        Assert.Equal("ended with exit code 1: 2024 ERROR: no such plug", AnswerReader.Words(answer, new SecretCleaner([])));
    }

    [Fact]
    public void A_secret_inside_another_one_is_taken_out_with_it()
    {
        var cleaner = new SecretCleaner(["abc", "abcdef", ""]);
        Assert.Equal("x *** y *** z", cleaner.OneLine("x abcdef\n y abc   z"));
    }
}
